/**
 * A machine of Gaussian visible units with standard deviation 1 and Bernoulli hidden ones, in float64:
 *   E(v, h) = |v - b|^2 / 2 - c'h - v'Wh
 */
import { LogSum } from './log-domain.js'
import { grayCode, lowestBit, requireEnumerable } from './log-partition.js'
import { hiddenInputs, type RbmParameters } from './parameters.js'

/**
 * The same machine with visible units measured in standard deviations, v / sigma: biases b / sigma, weights W / sigma.
 * `logVariances` are log sigma^2. Its log Z is smaller by sum_i log sigma_i, because volumes are scaled.
 */
export function inDeviations(parameters: RbmParameters, logVariances: ArrayLike<number>): RbmParameters {
  const { hiddenUnits, kernel, visibleBias } = parameters
  const over = (value: number, unit: number) => value * Math.exp(-logVariances[unit]! / 2)
  return {
    ...parameters,
    kernel: kernel.map((value, at) => over(value, Math.floor(at / hiddenUnits))),
    visibleBias: visibleBias.map(over),
  }
}

/**
 * log Z, summed over h: the integral over v of e^-E is (2 pi)^(D/2) exp(c'h + b'Wh + |Wh|^2 / 2). Throws `UserError` if
 * there are too many hidden units.
 */
export function gaussianLogPartition(parameters: RbmParameters): number {
  requireEnumerable(parameters)
  const { visibleUnits, hiddenUnits, visibleBias } = parameters
  // c + W'b
  const linear = hiddenInputs(parameters, visibleBias)
  const products = weightProducts(parameters)
  const sum = new LogSum()
  sum.add(0)
  /** W'Wh of the current state h. */
  const pull = new Float64Array(hiddenUnits)
  for (let index = 1; index < 2 ** hiddenUnits; index++) {
    const state = grayCode(index)
    const unit = lowestBit(index)
    const change = (state >>> unit) & 1 ? 1 : -1
    let exponent = 0
    for (let j = 0; j < hiddenUnits; j++) {
      pull[j]! += change * products[unit * hiddenUnits + j]!
      if ((state >>> j) & 1) exponent += linear[j]! + pull[j]! / 2
    }
    sum.add(exponent)
  }
  return sum.value + (visibleUnits / 2) * Math.log(2 * Math.PI)
}

/** W'W, (hidden, hidden). */
function weightProducts({ visibleUnits, hiddenUnits, kernel }: RbmParameters): Float64Array {
  const products = new Float64Array(hiddenUnits * hiddenUnits)
  for (let i = 0; i < visibleUnits; i++) {
    const row = kernel.subarray(i * hiddenUnits, (i + 1) * hiddenUnits)
    for (let j = 0, at = 0; j < hiddenUnits; j++) {
      for (let k = 0; k < hiddenUnits; k++) products[at++]! += row[j]! * row[k]!
    }
  }
  return products
}
