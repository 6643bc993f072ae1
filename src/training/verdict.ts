/** The gate against a baseline: is a measure of new runs worse than that of earlier ones, by more than chance allows? */

import { studentQuantile } from '../base/student.js'
import { meanOf } from '../base/variance.js'

/** A measure of the runs of a baseline. */
export interface BaselineMeasure {
  /** Null if it is NaN or infinite in one of them. */
  readonly mean: number | null
  /** Standard deviation with n - 1; null for a single run. */
  readonly deviation: number | null
  readonly runs: number
}

/** A change for the worse that is accepted; with `relative`, as a share of the baseline. */
export interface Tolerance {
  readonly value: number
  readonly relative: boolean
}

/** How a measure is judged. */
export interface Rule {
  readonly key: string
  /** The better direction of its values. */
  readonly mode: 'min' | 'max'
  readonly tolerance: Tolerance
  /** Probability that a run of the unchanged program passes. */
  readonly confidence: number
}

/** A measure of new runs beside that of the baseline. */
export interface Comparison {
  readonly key: string
  readonly mode: 'min' | 'max'
  readonly baseline: number | null
  readonly deviation: number | null
  /** Mean of the new runs; null if one of them has no such number, or if it is NaN or infinite. */
  readonly found: number | null
  /** `found` less `baseline`. */
  readonly change: number | null
  readonly tolerance: number | null
  /** The change for the worse that chance explains; null if the baseline has a single run. */
  readonly noise: number | null
  /** The worst value that passes. */
  readonly limit: number | null
  readonly passed: boolean
}

/**
 * Compares the values of new runs with a baseline. A change for the worse fails if it is larger than the tolerance and
 * larger than the noise: the one-sided prediction limit of Student's t for the mean of n runs after K of the same kind, t *
 * deviation * sqrt(1/K + 1/n). A number that is missing, NaN or infinite fails.
 */
export function compare(
  { key, mode, tolerance: { value, relative }, confidence }: Rule,
  measure: BaselineMeasure | undefined,
  values: readonly (number | null | undefined)[],
): Comparison {
  const { mean: baseline = null, deviation = null, runs = 0 } = measure ?? {}
  const numbers = values.filter((one) => one !== null && one !== undefined)
  const found = numbers.length < values.length ? null : meanOf(numbers)
  const noise =
    deviation === null || runs < 2
      ? null
      : studentQuantile(confidence, runs - 1) * deviation * Math.sqrt(1 / runs + 1 / values.length)
  const tolerance = baseline === null || !relative ? value : value * Math.abs(baseline)
  const shared = { key, mode, baseline, deviation, found, tolerance, noise }
  if (baseline === null || found === null) return { ...shared, change: null, limit: null, passed: false }
  const allowed = Math.max(tolerance, noise ?? 0)
  const change = found - baseline
  const worse = mode === 'min' ? change : -change
  const limit = mode === 'min' ? baseline + allowed : baseline - allowed
  return {
    ...shared,
    change,
    limit,
    passed: worse <= allowed + ROUNDING * Math.max(Math.abs(baseline), Math.abs(found)),
  }
}

/** 0.95 - 0.947 is more than 0.003 by a rounding error, which must not decide. */
const ROUNDING = 1e-12
