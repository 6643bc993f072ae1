/** `train baseline SPEC`: trains with several seeds, and writes mean and spread of the measures. */
import { writeFileAtomic } from '../base/atomic-file.js'
import { inWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { jsonText } from '../base/json.js'
import { checkWritable } from '../base/writable.js'
import { defaultThreads } from '../data/augment/batch-threads.js'
import type { Engine } from '../engine/engine.js'
import type { Baseline } from '../export/baseline.js'
import type { History } from '../export/history.js'
import { baselineLines, seedLine } from '../report/baseline.js'
import { makeBaseline } from '../run/baseline.js'
import { betterInSpec } from '../run/better.js'
import type { CheckedSpec } from '../run/read-spec.js'
import { hasFolds } from '../run/train-folds.js'
import { trainSeed } from '../run/train-seeds.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { codeOfInterruption, interruptible } from './interrupt.js'
import { type Io, say } from './io.js'
import type { OverrideOptions } from './overrides.js'
import { engineFor } from './prepare.js'
import { readWatched } from './read-watched.js'
import { withSpinner } from './spinner.js'
import { showWarnings } from './warnings.js'

export interface BaselineOptions extends OverrideOptions {
  readonly seeds: number
  readonly output: string
  readonly workers: number | undefined
}

/** Nothing is written if a run diverges or is interrupted. */
export async function makeBaselineOf(file: string, options: BaselineOptions, io: Io): Promise<ExitCode> {
  const { seeds: count, output } = options
  if (file === '-') throw new UserError('A baseline reads its spec once for each seed, so it needs a file, not -.')
  if (output !== '-') await inWords('write the baseline', () => checkWritable(output, { replaced: true }))
  const first = await readWatched(file, options, io)
  if (hasFolds(first.spec)) throw new UserError(`${file}: "k_fold" and a baseline cannot be combined; set fit.fold`)
  showWarnings(first.warnings, io)
  return interruptible(io, async (signal) => {
    const engine = await engineFor({ spec: first.spec, form: first.data.form }, { quiet: false, logs: false }, io)
    const histories: History[] = []
    for (let index = 0; index < count; index++) {
      const seed = (first.spec.seed + index) % 2 ** 32
      const checked =
        index === 0 ? first : await readWatched(file, { ...options, set: [...options.set, `seed=${seed}`] }, io)
      const { outcome, history } = await trainOne(checked, { seed, index, engine, options, signal, io })
      if (outcome === 'interrupted') return codeOfInterruption(signal)
      if (outcome === 'diverged' || history === null) {
        say(io, `The run with seed ${seed} diverged, so there is no baseline.`)
        return EXIT.diverged
      }
      say(io, seedLine(history))
      histories.push(history)
    }
    const baseline = makeBaseline(histories as [History, ...History[]], betterInSpec(first.spec), new Date())
    for (const line of baselineLines(baseline)) say(io, line)
    await write(baseline, output, io)
    return EXIT.done
  })
}

interface One {
  readonly seed: number
  readonly index: number
  readonly engine: Engine
  readonly options: BaselineOptions
  readonly signal: AbortSignal
  readonly io: Io
}

const trainOne = (checked: CheckedSpec, { seed, index, engine, options, signal, io }: One) =>
  withSpinner(`Seed ${seed}, ${index + 1} of ${options.seeds}`, io, (progress) =>
    trainSeed({ checked, engine, workers: options.workers ?? defaultThreads(), signal, progress }),
  )

async function write(baseline: Baseline, output: string, io: Io): Promise<void> {
  const text = jsonText(baseline)
  if (output === '-') io.stdout.write(text)
  else {
    await inWords('write the baseline', () => writeFileAtomic(output, text))
    say(io, `Baseline: ${output}`)
  }
}
