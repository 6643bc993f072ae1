/** The estimate of log Z from the weights of annealed importance sampling, and how far it can be trusted. */
import { meanOf, varianceOf } from '../base/variance.js'

export interface AisEstimate {
  readonly logZ: number
  /**
   * log(Z - 3 s) and log(Z + 3 s), where s is the standard deviation of the mean of the weights, as in the program of
   * Salakhutdinov and Murray. The lower end is null if Z - 3 s is not positive.
   */
  readonly interval: readonly [lower: number | null, upper: number]
  /** (sum w)^2 / sum w^2: the number of equal weights that would give the same precision. */
  readonly effectiveSamples: number
  readonly logWeightVariance: number
  /** Why the estimate may be wrong; null if there is no sign of that. */
  readonly warning: string | null
}

/** With fewer effective samples than this, the estimate comes from a few chains only. */
const LEAST_EFFECTIVE = 20

/**
 * Returns the estimate from log w of each chain and log Z of the base model: Z is on average Z_base times the mean of
 * w.
 */
export function aisEstimate(logWeights: Float64Array, baseLogZ: number): AisEstimate {
  const chains = logWeights.length
  const largest = logWeights.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  const weights = logWeights.map((value) => Math.exp(value - largest))
  const mean = meanOf(weights)
  const logZ = baseLogZ + largest + Math.log(mean)
  const share = (3 * Math.sqrt(varianceOf(weights) / chains)) / mean
  const effectiveSamples = (chains * mean) ** 2 / weights.reduce((sum, weight) => sum + weight ** 2, 0)
  return {
    logZ,
    interval: [share < 1 ? logZ + Math.log1p(-share) : null, logZ + Math.log1p(share)],
    effectiveSamples,
    logWeightVariance: varianceOf(logWeights),
    warning:
      effectiveSamples < LEAST_EFFECTIVE
        ? `The ${chains} chains have an effective sample size of only ${effectiveSamples.toFixed(1)}, below ${LEAST_EFFECTIVE}: log Z may be far from the estimate, and outside its interval. Use more betas or more chains.`
        : null,
  }
}
