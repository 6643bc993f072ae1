/**
 * Successive halving (Jamieson and Talwalkar 2016, "Non-stochastic best arm identification and hyperparameter
 * optimization"): all trials train for a few epochs, the best of them for more, and so on. A rung is compared when all of
 * its trials have reached it, so the result does not depend on which trial is faster.
 */
import type { SweepSpec } from '../../spec/sweep.js'

export interface Rung {
  /** Epochs that a trial has trained when it is compared, counted from its beginning. */
  readonly epochs: number
  /** Number of trials that reach it. */
  readonly trials: number
}

/**
 * The rungs of a sweep, the last of which has all epochs. There are as many as the trials and the epochs allow: each has
 * one in `factor` of the trials of the one before, at least one, and `factor` times its epochs.
 */
export function rungsOf(
  { factor, min_epochs }: NonNullable<SweepSpec['halving']>,
  trials: number,
  epochs: number,
): readonly Rung[] {
  const divisors: number[] = []
  for (let one = 1; one <= trials && one * min_epochs <= epochs; one *= factor) divisors.push(one)
  return divisors.map((divisor, index) => ({
    epochs: Math.floor(epochs / divisors.at(-1 - index)!),
    trials: Math.floor(trials / divisor),
  }))
}

/** A trial, as far as it has come. */
export interface Standing {
  readonly number: number
  /**
   * The monitored value after so many epochs, or at its end if it ended sooner. Null without a number: it diverged, or
   * failed. Undefined: it has not come so far.
   */
  valueAt(epochs: number): number | null | undefined
}

/** Orders trials by the monitored value, the best first and those without a number last; equal ones by their number. */
export const byValue =
  <Trial extends { readonly number: number }>(monitored: (trial: Trial) => number | null, better: 'min' | 'max') =>
  (a: Trial, b: Trial): number => {
    const [one, other] = [monitored(a), monitored(b)]
    if (one === other) return a.number - b.number
    if (one === null) return 1
    if (other === null) return -1
    return better === 'min' ? one - other : other - one
  }

/**
 * Returns the rung that each trial goes for, or at which it stopped, by its number. Nobody goes beyond a rung that a trial
 * has yet to reach.
 */
export function goalsOf(
  rungs: readonly Rung[],
  trials: readonly Standing[],
  better: 'min' | 'max',
): ReadonlyMap<number, number> {
  const goals = new Map<number, number>()
  let members = trials
  for (const [index, { epochs }] of rungs.entries()) {
    const at = members.map((trial) => ({ trial, number: trial.number, value: trial.valueAt(epochs) }))
    for (const { number } of at) goals.set(number, index)
    if (at.some(({ value }) => value === undefined)) return goals
    const next = rungs[index + 1]
    members = at
      .toSorted(byValue(({ value }) => value ?? null, better))
      .slice(0, next?.trials ?? 0)
      .filter(({ value }) => value !== null)
      .map(({ trial }) => trial)
  }
  return goals
}
