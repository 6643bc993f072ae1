/** Tests that many random numbers have a distribution. */
import { expect } from 'vitest'

export const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const moment = (values: readonly number[], about: number, power: number) =>
  mean(values.map((value) => (value - about) ** power))

/** The mean of many numbers is within four of its standard errors. */
export function expectMean(values: readonly number[], wanted: number): void {
  const error = Math.sqrt(moment(values, mean(values), 2) / values.length)
  expect(Math.abs(mean(values) - wanted), `mean ${mean(values)}, expected ${wanted}`).toBeLessThan(4 * error + 1e-12)
}

/** Numbers fill a range evenly: the largest distance from its distribution (Kolmogorov and Smirnov) is as it may be. */
export function expectUniform(values: readonly number[], [least, largest]: readonly [number, number]): void {
  const shares = values.map((value) => (value - least) / (largest - least)).sort((a, b) => a - b)
  const distance = Math.max(...shares.map((share, index) => Math.abs(share - index / shares.length)))
  expect(shares[0]).toBeGreaterThanOrEqual(0)
  expect(shares.at(-1)).toBeLessThanOrEqual(1)
  expect(distance).toBeLessThan(1.95 / Math.sqrt(values.length))
}

/**
 * Each of some kinds has its share of many draws: Pearson's chi-square is as it may be. It exceeds the limit, by the
 * approximation of Wilson and Hilferty, in one of 10,000 cases.
 */
export function expectShares(counts: readonly number[], shares: readonly number[]): void {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const statistic = counts.reduce(
    (sum, count, kind) => sum + (count - total * shares[kind]!) ** 2 / (total * shares[kind]!),
    0,
  )
  const freedom = counts.length - 1
  const limit = freedom * (1 - 2 / (9 * freedom) + 3.72 * Math.sqrt(2 / (9 * freedom))) ** 3
  expect(statistic, `counts ${counts.join(', ')}`).toBeLessThan(limit)
}
