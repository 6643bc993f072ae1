/** Guesses how long a sweep will take: epochs of all trials are taken to last as long. */
import type { TrialProgress } from './results.js'
import { isThere, type TrialState } from './run-trials.js'
import type { Rung } from './rungs.js'
import { epochsDone } from './trial-folder.js'

/** Seconds in which it cannot be guessed yet. */
const WITHOUT_GUESS = 2

/** Epochs that all trials have done, also those under way. */
export const epochsSoFar = (states: readonly TrialState[], progress: ReadonlyMap<number, TrialProgress>): number =>
  states.reduce((sum, state) => sum + epochsNow(state, progress), 0)

const epochsNow = ({ record, trial, isRunning }: TrialState, progress: ReadonlyMap<number, TrialProgress>): number =>
  Math.max(epochsDone(record), (isRunning && progress.get(trial.number)?.epochs) || 0)

/** Epochs that are left, if no trial ends early. */
export function epochsLeft(
  states: readonly TrialState[],
  rungs: readonly Rung[],
  progress: ReadonlyMap<number, TrialProgress>,
): number {
  const reached = states.reduce((most, { goal }) => Math.max(most, goal), 0)
  const now = states.map((state) => {
    // without halving, trials may differ in their epochs
    const until = state.goal === rungs.length - 1 ? state.trial.spec.fit.epochs : rungs[state.goal]!.epochs
    return isThere(state, rungs) ? 0 : Math.max(0, until - epochsNow(state, progress))
  })
  const later = rungs
    .slice(reached + 1)
    .map(({ epochs, trials }, index) => trials * (epochs - rungs[reached + index]!.epochs))
  return [...now, ...later].reduce((sum, epochs) => sum + epochs, 0)
}

/** Seconds; null if nothing is known yet. `done`: epochs in the `seconds` since the beginning. */
export const secondsLeft = (done: number, seconds: number, left: number): number | null =>
  done <= 0 || seconds < WITHOUT_GUESS ? null : (seconds * left) / done
