/** Trains the trials of a sweep, each as far as its rung, until all have ended or are out. */
import { join } from 'node:path'
import { TRIAL_FILES } from '../../spec/sweep-files.js'
import type { Executor, StartedTrial, TrialExit } from './executor.js'
import type { Monitor } from './monitor.js'
import type { PlannedTrial } from './plan.js'
import { goalsOf, type Rung } from './rungs.js'
import { untilFree } from './sweep-lock.js'
import {
  epochsDone,
  forgetExit,
  isComplete,
  readTrial,
  type TrialRecord,
  trialFolder,
  valueAfter,
  writeExit,
} from './trial-folder.js'

/** A trial while the sweep runs. */
export interface TrialState {
  readonly trial: PlannedTrial
  record: TrialRecord
  /** True while its command runs. */
  isRunning: boolean
  /** Says why it will not be tried again; null if it may be. */
  failure: string | null
  /** Number of times that a signal ended its command. */
  kills: number
  /** Number of times that its place ended it. */
  endsByPlace: number
  /** How its command ended last; null if it runs, or has not run. */
  ending: string | null
  /** Index of the rung that it goes for, or at which it stopped. */
  goal: number
}

export interface TrialsWork {
  readonly folder: string
  readonly trials: readonly PlannedTrial[]
  readonly rungs: readonly Rung[]
  readonly monitor: Monitor
  readonly executor: Executor
  readonly processors: number
  /** Further arguments of the command of each trial. */
  readonly args: readonly string[]
  /** Asks the trials under way to end when it is aborted. */
  readonly signal: AbortSignal
  /** Hears of each change of a trial. */
  changed(state: TrialState): void
}

/** A trial that signals have ended so often has failed. */
const MOST_KILLS = 2
/** The same for one that its place has ended. */
const MOST_ENDS_BY_PLACE = 100

/**
 * Reads what is known of all trials, when those that an earlier sweep has left running have ended, unless the executor
 * takes them over.
 */
export const statesOf = (
  sweep: string,
  trials: readonly PlannedTrial[],
  { outlives }: Executor,
  signal: AbortSignal,
): Promise<TrialState[]> =>
  Promise.all(
    trials.map(async (trial) => {
      const folder = trialFolder(sweep, trial.number)
      if (!outlives) await untilFree(join(folder, TRIAL_FILES.run), signal)
      return {
        trial,
        record: await readTrial(folder),
        isRunning: false,
        failure: null,
        kills: 0,
        endsByPlace: 0,
        ending: null,
        goal: 0,
      }
    }),
  )

/** Sets the rung that each trial goes for. */
export function setGoals(
  states: readonly TrialState[],
  { rungs, monitor }: Pick<TrialsWork, 'rungs' | 'monitor'>,
): void {
  const of = rungs.at(-1)!.epochs
  const standings = states.map(({ trial, record, failure }) => ({
    number: trial.number,
    valueAt: (epochs: number) =>
      failure === null
        ? valueAfter(record, monitor.key, epochs, of)
        : (valueAfter(record, monitor.key, epochs, of) ?? null),
  }))
  const goals = goalsOf(rungs, standings, monitor.better)
  for (const state of states) state.goal = goals.get(state.trial.number)!
}

/** True if a trial has come as far as it goes for. */
export const isThere = ({ record, goal, failure }: TrialState, rungs: readonly Rung[]): boolean =>
  failure !== null || isComplete(record) || (goal < rungs.length - 1 && epochsDone(record) >= rungs[goal]!.epochs)

/** Changes the states as trials begin and end. */
export async function runTrials(states: readonly TrialState[], work: TrialsWork): Promise<void> {
  const { rungs, executor, signal, changed } = work
  const underWay = new Map<TrialState, Promise<void>>()
  const started = new Set<StartedTrial>()
  signal.addEventListener('abort', () => {
    for (const one of started) one.stop()
  })
  const train = async (state: TrialState): Promise<void> => {
    const one = await startTrial(state, work)
    started.add(one)
    if (signal.aborted) one.stop()
    const exit = await one.ended
    started.delete(one)
    await noteEnd(state, exit, work)
    // only now, so that nobody takes it for one that waits
    state.isRunning = false
    changed(state)
  }
  for (;;) {
    setGoals(states, work)
    const next = signal.aborted ? [] : states.filter((state) => !state.isRunning && !isThere(state, rungs))
    for (const state of next.slice(0, executor.slots - underWay.size)) {
      state.isRunning = true
      state.ending = null
      underWay.set(
        state,
        train(state).finally(() => underWay.delete(state)),
      )
      changed(state)
    }
    if (underWay.size === 0) return
    try {
      await Promise.race(underWay.values())
    } catch (error) {
      for (const one of started) one.stop()
      await Promise.allSettled(underWay.values())
      throw error
    }
  }
}

async function startTrial({ trial, goal }: TrialState, work: TrialsWork): Promise<StartedTrial> {
  const { folder: sweep, rungs, executor, processors, args } = work
  const folder = trialFolder(sweep, trial.number)
  await forgetExit(folder)
  const pause = goal < rungs.length - 1 ? ['--pause-after', String(rungs[goal]!.epochs)] : []
  return executor.start({
    number: trial.number,
    folder,
    args: [
      join(folder, TRIAL_FILES.spec),
      ...['--out', join(folder, TRIAL_FILES.run), '--resume', '--verbose', '2'],
      ...pause,
      ...args,
    ],
    processors,
  })
}

/** Reads what a command has written, and decides whether the trial is tried again. */
async function noteEnd(
  state: TrialState,
  exit: TrialExit,
  { folder: sweep, rungs, signal }: TrialsWork,
): Promise<void> {
  const folder = trialFolder(sweep, state.trial.number)
  await writeExit(folder, exit)
  state.record = await readTrial(folder)
  state.ending = endWords(exit)
  if (signal.aborted || isThere(state, rungs)) return
  if (exit.isByPlace && ++state.endsByPlace < MOST_ENDS_BY_PLACE) return
  if (exit.code === 0) state.failure = `it ended, but its result is not in ${folder}`
  else if (!isKilled(exit)) state.failure = state.ending
  else if (++state.kills >= MOST_KILLS) state.failure = `${state.ending}, ${state.kills} times`
}

/** Codes with which a command ends after a signal. */
const AFTER_SIGNALS = 128

const isKilled = ({ code, signal }: TrialExit): boolean => signal !== null || (code !== null && code > AFTER_SIGNALS)

const endWords = ({ code, signal }: TrialExit): string =>
  signal === null ? (code! > AFTER_SIGNALS ? 'ended by a signal' : `exit code ${code}`) : `ended by ${signal}`
