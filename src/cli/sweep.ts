/** `train sweep SPEC`: trains a spec with many values of its fields, and says which are best. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.js'
import { inWords } from '../base/file-problem.js'
import type { Lock } from '../base/lock-file.js'
import { processors } from '../base/processors.js'
import { quotedWord } from '../base/shell-word.js'
import type { SweepReport } from '../export/sweep-report.js'
import { svgOf } from '../report/plots/render.js'
import { sweepChart } from '../report/plots/sweep-chart.js'
import { expectationLines } from '../report/run-summary.js'
import { sweepLines } from '../report/sweep.js'
import { executorOn } from '../run/sweep/places.js'
import { planSweep, type SweepPlan, valuesText } from '../run/sweep/plan.js'
import { checkSweepFolder, openRequest } from '../run/sweep/request.js'
import { sweepReport, writeResults } from '../run/sweep/results.js'
import { isThere, runTrials, setGoals, statesOf, type TrialState } from '../run/sweep/run-trials.js'
import { lockSweep } from '../run/sweep/sweep-lock.js'
import { trialFolder, writeTrial } from '../run/sweep/trial-folder.js'
import { trialCount } from '../spec/sweep.js'
import { SWEEP_FILES, TRIAL_FILES } from '../spec/sweep-files.js'
import type { Place } from '../spec/sweep-places.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { codeOfInterruption, listenForInterrupt } from './interrupt.js'
import { createVoice, type Io, say } from './io.js'
import { type OverrideOptions, overridesOf } from './overrides.js'
import { type ReportOptions, writeReport } from './report.js'
import { showTrials } from './show-trials.js'
import { withSpinner } from './spinner.js'
import { type SweepFieldOptions, sweepOverrides } from './sweep-options.js'
import { showWarnings } from './warnings.js'
import { watchingData } from './watch-data.js'

export interface SweepOptions extends OverrideOptions, SweepFieldOptions, ReportOptions {
  readonly workers: number | undefined
  readonly out: string | undefined
  readonly on: Place
  readonly processors: number | undefined
}

export async function sweepSpec(file: string, options: SweepOptions, io: Io): Promise<ExitCode> {
  const overrides = [...overridesOf(options), ...sweepOverrides(options)]
  const plan = await watchingData(io, (watch) => planSweep(file, overrides, io.stdin, watch))
  showWarnings(plan.warnings, io)
  const { trials, sweep } = plan
  const folder = options.out ?? join('sweeps', trials[0]!.spec.name)
  await checkSweepFolder(folder)
  const slots = Math.min(sweep.parallel, trials.length)
  const executor = await executorOn(options.on, slots)
  const voice = createVoice(io)
  const interrupt = listenForInterrupt(io, { voice })
  const { signal } = interrupt
  let lock: Lock | undefined
  try {
    await interrupt.ready()
    lock = await lockSweep(folder)
    const each = await openRequest(folder, plan, options.processors ?? shareOf(options.on, slots))
    for (const line of plan.decided) say(io, line)
    const packed = await plan.data.pack((name, work) => withSpinner(`Preparing ${name}`, io, work))
    for (const line of packed) say(io, line)
    for (const trial of trials) await writeTrial(folder, trial)
    const states = await statesOf(folder, trials, executor, signal)
    setGoals(states, plan)
    for (const line of beginLines(plan, states, slots, each.processors)) say(io, line)
    interrupt.begin('trials', 'Stopped at once. The same command goes on from the last checkpoints.')
    const shown = showTrials({ folder, plan, states, voice, io })
    try {
      const args = options.workers === undefined ? [] : ['--workers', String(options.workers)]
      await runTrials(states, {
        ...{ folder, trials, executor, args, signal },
        ...{ rungs: plan.rungs, monitor: plan.monitor, processors: each.processors },
        changed: shown.changed,
      })
    } finally {
      shown.end()
    }
    setGoals(states, plan)
    const report = sweepReport(folder, plan, states)
    await interrupt.saving(() => writeAll(folder, report, plan, states))
    if (signal.aborted) {
      say(io, `Stopped; ${countDone(plan, states)} trials are done. The same command goes on with the others.`)
      return codeOfInterruption(signal)
    }
    writeReport(report, sweepLines, options, io)
    return await ended(report, states, io)
  } finally {
    executor.kill()
    await lock?.release()
    interrupt.stop()
  }
}

/** The processors of each trial: those of this machine are shared; a cluster gives one unless it is asked for more. */
const shareOf = (on: Place, slots: number): number =>
  on === 'local' ? Math.max(1, Math.floor(processors() / slots)) : 1

const countDone = ({ rungs, trials }: SweepPlan, states: readonly TrialState[]): string =>
  `${states.filter((state) => isThere(state, rungs)).length} of ${trials.length}`

/** Says what will be done, and what is done already. */
function beginLines(plan: SweepPlan, states: readonly TrialState[], slots: number, each: number): string[] {
  const { sweep, monitor, trials, rungs } = plan
  const points = Object.values(sweep.grid).reduce((product, list) => product * list.length, 1)
  const better = monitor.better === 'max' ? 'larger' : 'smaller'
  const at = slots === 1 ? 'one after another' : `${slots} at a time`
  const on = each === processors() ? '' : `, each on ${plural(each, 'processor')}`
  const done = states.filter((state) => isThere(state, rungs)).length
  return [
    `${plural(trialCount(sweep), 'trial')}, ${at}${on}, compared by ${monitor.key} (${better} is better).`,
    ...gridLine(points, trials.length, Object.keys(sweep.random).length > 0),
    ...(rungs.length > 1
      ? [`Halving: ${rungs.map((rung) => `${plural(rung.trials, 'trial')} to epoch ${rung.epochs}`).join(', ')}.`]
      : []),
    ...(monitor.key.startsWith('val_')
      ? []
      : [
          `${monitor.key} is measured on the training rows; with validation, trials would be compared on rows of their own.`,
        ]),
    ...(done > 0 ? [`${countDone(plan, states)} trials are done already.`] : []),
  ]
}

const plural = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`

/** Says how often the points of a grid are tried, where that is not once. */
function gridLine(points: number, trials: number, isDrawn: boolean): string[] {
  if (points === 1 || points === trials) return []
  if (trials < points) return [`The grid has ${points} points; the first ${trials} of them are tried.`]
  const [least, most] = [Math.floor(trials / points), Math.ceil(trials / points)]
  const times = least === most ? `${least} times` : `${least} or ${most} times`
  return isDrawn ? [`The grid has ${points} points; each is tried ${times}, with new draws.`] : []
}

async function writeAll(
  folder: string,
  report: SweepReport,
  plan: SweepPlan,
  states: readonly TrialState[],
): Promise<void> {
  await writeResults(folder, report, plan)
  const curves = states.flatMap(({ trial, record }) => {
    const values = record.history?.metrics[plan.monitor.key]
    return values ? [{ trial: trial.number, values }] : []
  })
  const chart = sweepChart(report, curves)
  if (chart === null) return
  const picture = await svgOf(chart, 'auto')
  await inWords('write the picture of the sweep', () => writeFileAtomic(join(folder, SWEEP_FILES.plot), picture))
}

/** Says which trial is best and which have failed, and judges the sweep. */
async function ended(report: SweepReport, states: readonly TrialState[], io: Io): Promise<ExitCode> {
  const { folder, best, monitor, trials } = report
  const failed = trials.filter(({ state }) => state === 'failed')
  for (const one of failed) {
    const last = await lastLine(join(one.folder, TRIAL_FILES.log))
    say(io, `Trial ${one.trial} failed: ${one.failure}; ${join(one.folder, TRIAL_FILES.log)} ends with: ${last}`)
  }
  const found = states.find(({ trial }) => trial.number === best)
  if (!found) {
    say(io, 'No trial has a value: there is no best one.')
    return failed.length > 0 ? EXIT.badInput : EXIT.diverged
  }
  const { trial, record } = found
  const value = trials.find(({ trial: number }) => number === best)!.value!
  say(io, `The best is trial ${best}, with ${monitor.key} ${value}: ${valuesText(trial.values)}`)
  say(
    io,
    `Its model is in ${join(trialFolder(folder, trial.number), TRIAL_FILES.run)}. Train it anew: ${commandOf(folder)}`,
  )
  say(io, `Files: ${folder} (${SWEEP_FILES.table}, ${SWEEP_FILES.plot}, ${SWEEP_FILES.best})`)
  const expectations = record.history?.expectations ?? []
  for (const line of expectationLines(expectations)) say(io, line)
  if (failed.length > 0) return EXIT.badInput
  return expectations.every(({ passed }) => passed) ? EXIT.done : EXIT.expectationFailed
}

const commandOf = (folder: string): string => `train ${quotedWord(join(folder, SWEEP_FILES.best))}`

async function lastLine(log: string): Promise<string> {
  const text = await readFile(log, 'utf8').catch(() => '')
  return text.trimEnd().split('\n').at(-1) || 'nothing'
}
