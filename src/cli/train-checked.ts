/** Trains a checked spec: loads the data, compiles, trains, tests, and writes the results into a folder. */
import { UserError } from '../base/issue.js'
import { defaultThreads } from '../data/augment/batch-threads.js'
import { hostsIn } from '../hosts/tf-config.js'
import { foldsLines } from '../report/folds.js'
import { expectationLines } from '../report/run-summary.js'
import { refuseForHosts } from '../run/agree.js'
import { warningsOfData } from '../run/data-warnings.js'
import { isFirstHost } from '../run/host-group.js'
import type { CheckedSpec } from '../run/read-spec.js'
import type { ResumeWork } from '../run/resume.js'
import { type FoldsEnd, hasFolds, trainFolds } from '../run/train-folds.js'
import { trainStages } from '../run/train-stages.js'
import type { Host, Work } from '../run/work.js'
import type { StagesEnd } from '../run/work-events.js'
import type { ResolvedSpec } from '../spec/spec.js'
import { askForCheckpoints } from './ask-for-checkpoints.js'
import { checkServer, eventsPlace, openEvents, openMlflow, together } from './events.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { codeOfInterruption, listenForInterrupt } from './interrupt.js'
import { createVoice, type Io, say } from './io.js'
import type { OverrideOptions } from './overrides.js'
import { checkRunPlaces, type PlaceOptions } from './places.js'
import { openSpec } from './prepare.js'
import { drawStage, interruptedBefore, type Shown, type ShowOptions, showRun } from './show-run.js'
import { userHistory } from './user-history.js'
import { showStart, showWarnings } from './warnings.js'

export interface TrainOptions extends OverrideOptions, PlaceOptions, ShowOptions {
  readonly workers: number | undefined
  readonly events: string | undefined
  readonly mlflow: string | undefined
  readonly resume: boolean | undefined
  readonly 'allow-change': boolean | undefined
  readonly 'pause-after': number | undefined
}

/** A run that goes on. */
export interface Resumed extends ResumeWork {
  /** Its spec, whose engine may be another than that on which it goes on. */
  readonly spec: ResolvedSpec
  readonly directory: string
}

/** Trains a spec, or goes on with its run. */
export async function trainChecked(
  file: string,
  checked: CheckedSpec,
  resumed: Resumed | null,
  options: TrainOptions,
  io: Io,
): Promise<ExitCode> {
  const hosts = hostsIn(process.env)
  if (hosts) refuseForHosts(checked.spec)
  const { mlflow } = options
  if (mlflow !== undefined) checkServer(mlflow)
  const place = options.events === undefined ? null : eventsPlace(options.events)
  const { spec, start, warnings, issue } = checked
  await checkRunPlaces(spec, file, options, place, resumed?.directory)
  const { verbose, workers = defaultThreads(), out } = options
  const isQuiet = verbose === '0'
  if (!isQuiet) {
    for (const line of checked.data.decided) say(io, line)
    showWarnings(warnings, io)
    showStart(start, io)
  }
  const voice = createVoice(io)
  const interrupt = listenForInterrupt(io, { quiet: isQuiet, voice })
  const { signal, saving } = interrupt
  const warn = (text: string) => voice.say(`Warning: ${text}. Training continues.`)
  const listener = together([
    ...(place === null ? [] : [openEvents(place, { io, signal, warn })]),
    ...(mlflow === undefined ? [] : [openMlflow(mlflow, { warn })]),
  ])
  const asking = askForCheckpoints(io, voice)
  try {
    interrupt.begin('idle', interruptedBefore('training began', null))
    const { engine, data, waiting } = await openSpec(
      checked,
      { quiet: isQuiet, logs: verbose === '3', trains: true, hosts },
      io,
    )
    const ofData = warningsOfData(spec, data).map(issue)
    if (!isQuiet) showWarnings(ofData, io)
    for (const one of [...warnings, ...ofData]) listener.warning(one)
    await interrupt.ready()
    const unwritten: string[] = []
    const host: Host = {
      ...{ signal, saving, waiting, asking },
      saved: (path) => listener.saved(path),
      draw: (stage) => drawStage(stage, { engine, options, io, interrupt }),
      histories: () => userHistory(options, io, signal),
      unwritten(text) {
        unwritten.push(text)
        listener.warning(text)
        voice.say(`Warning: ${text}. Training continues; the exit code will be ${EXIT.badInput}.`)
      },
    }
    const work: Work = {
      ...{ warnings: [...warnings, ...ofData], start, data, engine, workers, host },
      spec: resumed?.spec ?? spec,
      // the first host alone writes
      out: isFirstHost(engine.group) ? (resumed?.directory ?? out) : null,
      resume: resumed,
      pauseAfter: options['pause-after'],
    }
    const code = await run(work, { engine, options, io, voice, interrupt, listener })
    return code === EXIT.done && unwritten.length > 0 ? EXIT.badInput : code
  } catch (error) {
    listener.failed(error)
    throw error
  } finally {
    await listener.close()
    asking.stop()
    interrupt.stop()
  }
}

interface ShownRun extends Shown {
  readonly options: TrainOptions
}

async function run(work: Work, shown: ShownRun): Promise<ExitCode> {
  const { spec } = work
  const { options, io } = shown
  if (!hasFolds(spec)) return codeAfter(await showRun(trainStages(work), shown), shown)
  if (options.history !== undefined) {
    throw new UserError('--history cannot be used with "k_fold": each fold has a history in its own folder')
  }
  const end = await showRun(trainFolds(work), shown)
  if (end.folds !== null) {
    const { report, expectations } = end.folds
    const lines = options.verbose === '0' ? [] : [...foldsLines(report), `Files: ${end.directory}`]
    for (const line of [...lines, ...expectationLines(expectations)]) say(io, line)
  }
  return codeAfter(end, shown)
}

/** Says what a signal prevented, and how the run goes on. */
function codeAfter(end: StagesEnd | FoldsEnd, { io, interrupt, listener, options }: Shown): ExitCode {
  const { outcome, before, directory } = end
  listener.end(end)
  if (outcome !== 'interrupted' && outcome !== 'paused') return CODES[outcome]
  if (before !== null) say(io, interruptedBefore(before, directory))
  if (directory !== null && options.verbose !== '0') say(io, `To go on: train resume ${directory}`)
  if (outcome === 'paused') return EXIT.done
  // another host was asked to end
  return interrupt.signal.aborted ? codeOfInterruption(interrupt.signal) : EXIT.terminated
}

const CODES = { done: EXIT.done, expectationFailed: EXIT.expectationFailed, diverged: EXIT.diverged } as const
