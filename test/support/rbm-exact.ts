/** An RBM of Bernoulli units in float64: exact values from its energy. */
import { softplus } from '../../src/model/rbm/log-domain.js'
import { hiddenInputs, type RbmParameters } from '../../src/model/rbm/parameters.js'

/** E(v, h) = -b'v - c'h - v'Wh */
export function energy(parameters: RbmParameters, visible: ArrayLike<number>, hidden: ArrayLike<number>): number {
  const { visibleBias, hiddenUnits } = parameters
  const inputs = hiddenInputs(parameters, visible)
  let sum = 0
  for (let i = 0; i < visibleBias.length; i++) sum -= visibleBias[i]! * visible[i]!
  for (let j = 0; j < hiddenUnits; j++) sum -= inputs[j]! * hidden[j]!
  return sum
}

/** F(v) = -b'v - sum_j log(1 + e^(c_j + v'W_j)), so that p(v) = e^-F(v) / Z. */
export function freeEnergy(parameters: RbmParameters, visible: ArrayLike<number>): number {
  const { visibleBias } = parameters
  const inputs = hiddenInputs(parameters, visible)
  return -inputs.reduce((sum, input) => sum + softplus(input), dot(visibleBias, visible))
}

/** The same of Gaussian visible units with standard deviation 1: F(v) = |v - b|^2 / 2 - sum_j log(1 + e^(c_j + v'W_j)) */
export function gaussianFreeEnergy(parameters: RbmParameters, visible: ArrayLike<number>): number {
  const { visibleBias } = parameters
  const distance = visibleBias.reduce((sum, bias, i) => sum + (visible[i]! - bias) ** 2, 0)
  return hiddenInputs(parameters, visible).reduce((sum, input) => sum - softplus(input), distance / 2)
}

/** p(h_j = 1 | v) = s(c_j + v'W_j) */
export const hiddenProbabilities = (parameters: RbmParameters, visible: ArrayLike<number>): Float64Array =>
  hiddenInputs(parameters, visible).map(sigmoid)

/** p(v_i = 1 | h) = s(b_i + W_i h) */
export const visibleProbabilities = (parameters: RbmParameters, hidden: ArrayLike<number>): Float64Array =>
  visibleInputs(parameters, hidden).map(sigmoid)

/** b + Wh */
export function visibleInputs(
  { visibleBias, kernel, hiddenUnits }: RbmParameters,
  hidden: ArrayLike<number>,
): Float64Array<ArrayBuffer> {
  return Float64Array.from(visibleBias, (bias, i) => {
    let sum = bias
    for (let j = 0; j < hiddenUnits; j++) sum += kernel[i * hiddenUnits + j]! * hidden[j]!
    return sum
  })
}

/** Mean over the rows of log p(v) = -F(v) - log Z; rows lie one after another. */
export function logLikelihood(parameters: RbmParameters, rows: ArrayLike<number>, logPartition: number): number {
  return meanOverRows(parameters, rows, (row) => -freeEnergy(parameters, row)) - logPartition
}

/** Mean over the rows of log PL(v) = sum_i log p(v_i | the others) = -sum_i log(1 + e^(F(v) - F(v~i))), bit i of v~i flipped. */
export function pseudoLikelihood(parameters: RbmParameters, rows: ArrayLike<number>): number {
  const { visibleUnits, hiddenUnits, kernel, visibleBias } = parameters
  return meanOverRows(parameters, rows, (row) => {
    const inputs = hiddenInputs(parameters, row)
    let sum = 0
    for (let i = 0; i < visibleUnits; i++) {
      const change = 1 - 2 * row[i]!
      let rise = -change * visibleBias[i]!
      for (let j = 0; j < hiddenUnits; j++) {
        rise -= softplus(inputs[j]! + change * kernel[i * hiddenUnits + j]!) - softplus(inputs[j]!)
      }
      sum -= softplus(-rise)
    }
    return sum
  })
}

/** The rows that lie one after another. */
export function rowsOf({ visibleUnits }: RbmParameters, rows: ArrayLike<number>): Float64Array[] {
  const values = Float64Array.from(rows)
  return Array.from({ length: values.length / visibleUnits }, (_, row) =>
    values.subarray(row * visibleUnits, (row + 1) * visibleUnits),
  )
}

function meanOverRows(parameters: RbmParameters, rows: ArrayLike<number>, of: (row: Float64Array) => number): number {
  const each = rowsOf(parameters, rows)
  return each.reduce((sum, row) => sum + of(row), 0) / each.length
}

/** 1 / (1 + e^-x), without overflow, and exact to its last digits at both ends. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x))
  const small = Math.exp(x)
  return small / (1 + small)
}

const dot = (a: Float64Array, b: ArrayLike<number>): number =>
  a.reduce((sum, value, index) => sum + value * b[index]!, 0)
