/** What the weights of annealed importance sampling say of log Z, and how far they can be trusted. */

export interface AisEstimate {
  readonly logZ: number
  /**
   * log(Z - 3 s), log(Z + 3 s), where s is the deviation of the mean of the weights: as Salakhutdinov and Murray's
   * program has it. The lower end is null where Z - 3 s is not positive.
   */
  readonly interval: readonly [lower: number | null, upper: number]
  /** (sum w)^2 / sum w^2: how many equal weights would say as much. */
  readonly effectiveSamples: number
  readonly logWeightVariance: number
  /** Why it is not to be trusted. */
  readonly warning: string | null
}

/** Fewer effective samples than this, and a few chains make up the estimate. */
const LEAST_EFFECTIVE = 20

/** From log w of each chain and the base machine's log Z: Z is on average Z_A times the mean of w. */
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
        ? `${chains} chains count for ${effectiveSamples.toFixed(1)} only, fewer than ${LEAST_EFFECTIVE}: log Z may be far from the estimate, and outside of its interval. Take more betas, more chains, or a base model nearer to the data.`
        : null,
  }
}

const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Of the population that the values are drawn from; 0 where there is but one. */
function varianceOf(values: Float64Array): number {
  const mean = meanOf(values)
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1)
}
