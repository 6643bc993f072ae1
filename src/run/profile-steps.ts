/** Times the parts of training steps on engine onnx, whatever engine the spec names. */
import { median, timesOf } from '../base/timing.js'
import { loadData } from '../data/load.js'
import type { StepTimes } from '../engine/compiled/onnx/engine.js'
import type { Profile } from '../engine/compiled/onnx/profile.js'
import type { SummaryReport } from '../export/summary-report.js'
import type { StageSpec } from '../spec/spec.js'
import { openSession } from './session.js'
import type { Start } from './start.js'
import { stepsOf } from './steps.js'

/** Steps that are timed, after those that warm up. */
const STEPS = { most: 50, budgetMs: 5000, least: 3 }
const WARM_UP = 3

export type StepProfile = Omit<NonNullable<SummaryReport['explain']>, 'passes'>

/** Loads the data of the spec and trains some steps from `start`. Throws the reason of `signal` when that is aborted. */
export async function profileSteps(spec: StageSpec, start: Start | null, signal: AbortSignal): Promise<StepProfile> {
  const [{ openOnnx }, { lanesOf }, { startProfile }] = await Promise.all([
    import('../engine/compiled/onnx/engine.js'),
    import('../engine/compiled/onnx/parts.js'),
    import('../engine/compiled/onnx/profile.js'),
  ])
  const data = await loadData(spec)
  let profile: Profile | undefined
  try {
    const { training } = await openSession(
      spec,
      data,
      {
        ...openOnnx(),
        async load(programs, options) {
          profile = await startProfile(programs, options)
          return profile.runner
        },
      },
      { start },
    )
    const nextStep = stepsOf(training)
    const step = async () => {
      signal.throwIfAborted()
      await nextStep()
    }
    for (let warm = 0; warm < WARM_UP; warm++) await step()
    // total times of the runner after each step
    const spent = [{ ...profile!.runner.times }]
    const { length: steps } = await timesOf(async () => {
      await step()
      spent.push({ ...profile!.runner.times })
    }, STEPS)
    const medianOf = (part: keyof StepTimes) =>
      median(spent.slice(1).map((times, index) => times[part] - spent[index]![part]))
    const step_ms = { inputs: medianOf('inputs'), graph: medianOf('graph'), update: medianOf('update') }
    const parts = profile!.runner.partsOf('train')
    const runs = parts / lanesOf(parts)
    return { engine: 'onnx', steps, step_ms, parts, operators: await profile!.finish(WARM_UP, runs) }
  } catch (error) {
    // removes the files of the profile
    await profile?.finish(WARM_UP, 1)
    throw error
  }
}
