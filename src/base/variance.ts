/** Mean, variance and standard deviation of a list of numbers. */

type Values = readonly number[] | Float64Array

export function meanOf(values: Values): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}

/** The variance of the population that the values are drawn from, with n - 1; 0 for a single value. */
export function varianceOf(values: Values): number {
  const mean = meanOf(values)
  let squares = 0
  for (const value of values) squares += (value - mean) ** 2
  return squares / Math.max(1, values.length - 1)
}

/** The standard deviation, with n - 1. */
export const deviationOf = (values: Values): number => Math.sqrt(varianceOf(values))
