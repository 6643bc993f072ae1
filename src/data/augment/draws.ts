/** Distributions that augmentations draw from. */
import type { RandomStream } from '../../base/philox.js'
import { type Range, rangeOf } from './values.js'

/** A number or a pair of a spec, as a range to draw from; a number f stands for [0, f]. */
export const upTo = (factor: number | readonly number[]): Range =>
  typeof factor === 'number' ? [0, factor] : rangeOf(factor)

/** The same where a number stands for itself. */
export const exactly = (factor: number | readonly number[]): Range =>
  rangeOf(typeof factor === 'number' ? [factor, factor] : factor)

/** The same for a change to both sides: a number f stands for [-f, f]. */
export const around = (factor: number | readonly number[]): Range =>
  rangeOf(typeof factor === 'number' ? [-factor, factor] : factor)

/** Uniform in a range. */
export const uniform = (random: RandomStream, [least, largest]: Range): number =>
  least + (largest - least) * random.uniform()

/** True with a probability that is itself drawn from a range. */
export const happens = (random: RandomStream, range: Range): boolean => {
  const probability = uniform(random, range)
  return random.uniform() < probability
}

/** Beta with both parameters `alpha`: a number from 0 to 1. */
export function beta(random: RandomStream, alpha: number): number {
  const [a, b] = [logOfGamma(random, alpha), logOfGamma(random, alpha)]
  return 1 / (1 + Math.exp(b - a))
}

/** Dirichlet with all parameters `alpha`: `count` numbers with the sum 1. */
export function dirichlet(random: RandomStream, alpha: number, count: number): readonly number[] {
  const logs = Array.from({ length: count }, () => logOfGamma(random, alpha))
  const largest = Math.max(...logs)
  const shares = logs.map((log) => Math.exp(log - largest))
  const sum = shares.reduce((total, share) => total + share, 0)
  return shares.map((share) => share / sum)
}

/**
 * The logarithm of a number of the Gamma distribution, which itself would round to 0 for a small `alpha`: Marsaglia and
 * Tsang, "A simple method for generating gamma variables" (2000).
 */
function logOfGamma(random: RandomStream, alpha: number): number {
  // Gamma(alpha) is Gamma(alpha + 1) times the power 1 / alpha of a uniform number
  if (alpha < 1) return logOfGamma(random, alpha + 1) + Math.log(1 - random.uniform()) / alpha
  const d = alpha - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = random.normal()
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - random.uniform()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return Math.log(d * v)
  }
}
