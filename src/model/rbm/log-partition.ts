/** log Z by enumerating the states of one side; the sum over the other side is then a product of independent sums. */
import { UserError } from '../../base/issue.js'
import { LogSum, softplus } from './log-domain.js'
import type { RbmParameters } from './parameters.js'

/** Most units enumerated. 2^25 states with 784 units on the other side take some minutes. */
export const MOST_ENUMERATED = 25

export type Side = 'visible' | 'hidden'

export const smallerSide = ({ visibleUnits, hiddenUnits }: Units): Side =>
  hiddenUnits <= visibleUnits ? 'hidden' : 'visible'

/** True if one side can be enumerated. If visible units are not binary, only the hidden side can. */
export const isEnumerable = ({ visibleUnits, hiddenUnits }: Units, { isBinary }: { readonly isBinary: boolean }) =>
  (isBinary ? Math.min(visibleUnits, hiddenUnits) : hiddenUnits) <= MOST_ENUMERATED

type Units = Pick<RbmParameters, 'visibleUnits' | 'hiddenUnits'>

/** log Z of Bernoulli units, enumerating side `over`. Throws `UserError` if it has too many units. */
export function logPartition(parameters: RbmParameters, over: Side = smallerSide(parameters)): number {
  return logSumOverHidden(over === 'hidden' ? parameters : withSidesSwapped(parameters))
}

export function requireEnumerable({ visibleUnits, hiddenUnits }: Units): void {
  if (hiddenUnits <= MOST_ENUMERATED) return
  throw new UserError(
    `log Z of ${visibleUnits} by ${hiddenUnits} units cannot be computed exactly: one side must have at most ${MOST_ENUMERATED} units. Estimate it by annealed importance sampling.`,
  )
}

/** The same machine with visible and hidden units exchanged. */
export function withSidesSwapped({ visibleUnits, hiddenUnits, ...rest }: RbmParameters): RbmParameters {
  const kernel = new Float64Array(rest.kernel.length)
  for (let i = 0; i < visibleUnits; i++) {
    for (let j = 0; j < hiddenUnits; j++) kernel[j * visibleUnits + i] = rest.kernel[i * hiddenUnits + j]!
  }
  return {
    visibleUnits: hiddenUnits,
    hiddenUnits: visibleUnits,
    kernel,
    visibleBias: rest.hiddenBias,
    hiddenBias: rest.visibleBias,
  }
}

/** Every so many states x is computed anew, so that the rounding error of repeated products stays below 1e-12. */
const EXACT_EVERY = 1024

/**
 * log sum_h exp(c'h + sum_i log(1 + e^x_i)) with x = b + Wh. In Gray code order each state differs from the one before
 * in one unit, which multiplies each e^x_i by a known factor. One logarithm is taken of a product of many factors (1 +
 * e^x_i).
 */
function logSumOverHidden(parameters: RbmParameters): number {
  requireEnumerable(parameters)
  const { hiddenUnits, hiddenBias } = parameters
  const fields = new Fields(parameters)
  const states = 2 ** hiddenUnits
  const total = new LogSum()
  for (let first = 0; first < states; first += EXACT_EVERY) {
    const block = new LogSum()
    let state = grayCode(first)
    let bias = biasOf(hiddenBias, state)
    block.add(bias + fields.start(state))
    for (let index = first + 1; index < Math.min(first + EXACT_EVERY, states); index++) {
      const unit = lowestBit(index)
      state ^= 1 << unit
      const on = (state >>> unit) & 1
      bias += on ? hiddenBias[unit]! : -hiddenBias[unit]!
      block.add(bias + fields.flip(unit, on === 1))
    }
    total.add(block.value)
  }
  return total.value
}

/** State number `index` in Gray code order: unit j is on if bit j is set. */
export const grayCode = (index: number): number => index ^ (index >>> 1)

/** The unit in which state number `index` differs from the state before it. */
export const lowestBit = (index: number): number => 31 - Math.clz32(index & -index)

const biasOf = (bias: Float64Array, state: number): number =>
  bias.reduce((sum, value, unit) => ((state >>> unit) & 1 ? sum + value : sum), 0)

/** e^x overflows float64 above this x. */
const LARGEST_EXPONENT = 700

/**
 * The inputs x of the visible units, and sum_i log(1 + e^x_i). Units whose e^x could overflow in some state are
 * computed one by one. The others are kept as factors e^x, in chunks whose product cannot overflow in any state.
 */
class Fields {
  readonly #kernel: Float64Array
  readonly #bias: Float64Array
  /** e^x of the factored units, which come first in the order of units used here. */
  readonly #powers: Float64Array
  /** e^W and e^-W of the factored units, with one row per hidden unit. */
  readonly #up: Float64Array
  readonly #down: Float64Array
  /** End (exclusive) of each chunk of factored units. */
  readonly #ends: Int32Array
  /** x of the units that are not factored. */
  readonly #inputs: Float64Array
  readonly #units: number
  readonly #hiddenUnits: number

  constructor({ visibleUnits, hiddenUnits, kernel, visibleBias }: RbmParameters) {
    const rowOf = (unit: number) => kernel.subarray(unit * hiddenUnits, (unit + 1) * hiddenUnits)
    const reach = (unit: number, sign: number) =>
      rowOf(unit).reduce((sum, weight) => sum + Math.max(0, sign * weight), sign * visibleBias[unit]!)
    const all = Array.from({ length: visibleUnits }, (_, unit) => unit)
    const isFactored = (unit: number) => Math.max(reach(unit, 1), reach(unit, -1)) < LARGEST_EXPONENT
    const factored = all.filter(isFactored)
    const order = [...factored, ...all.filter((unit) => !isFactored(unit))]
    this.#units = visibleUnits
    this.#hiddenUnits = hiddenUnits
    this.#bias = Float64Array.from(order, (unit) => visibleBias[unit]!)
    this.#kernel = new Float64Array(hiddenUnits * visibleUnits)
    this.#up = new Float64Array(hiddenUnits * factored.length)
    this.#down = new Float64Array(hiddenUnits * factored.length)
    for (const [place, unit] of order.entries()) {
      for (const [hidden, weight] of rowOf(unit).entries()) {
        this.#kernel[hidden * visibleUnits + place] = weight
        if (place >= factored.length) continue
        this.#up[hidden * factored.length + place] = Math.exp(weight)
        this.#down[hidden * factored.length + place] = Math.exp(-weight)
      }
    }
    this.#powers = new Float64Array(factored.length)
    this.#inputs = new Float64Array(visibleUnits - factored.length)
    this.#ends = chunkEnds(factored.map((unit) => softplus(reach(unit, 1))))
  }

  /** Sets this state and returns the sum, computed directly. */
  start(state: number): number {
    const x = this.#bias.slice()
    for (let hidden = 0; hidden < this.#hiddenUnits; hidden++) {
      if (!((state >>> hidden) & 1)) continue
      for (let i = 0; i < x.length; i++) x[i]! += this.#kernel[hidden * this.#units + i]!
    }
    const factored = this.#powers.length
    for (let i = 0; i < factored; i++) this.#powers[i] = Math.exp(x[i]!)
    this.#inputs.set(x.subarray(factored))
    return x.reduce((sum, input) => sum + softplus(input), 0)
  }

  /** Turns one hidden unit on or off and returns the new sum. */
  flip(hidden: number, on: boolean): number {
    const powers = this.#powers
    const factors = on ? this.#up : this.#down
    let sum = 0
    let place = hidden * powers.length
    let i = 0
    for (const end of this.#ends) {
      // two products that do not wait for one another
      let even = 1
      let odd = 1
      for (; i + 1 < end; i += 2, place += 2) {
        const first = powers[i]! * factors[place]!
        const second = powers[i + 1]! * factors[place + 1]!
        powers[i] = first
        powers[i + 1] = second
        even *= 1 + first
        odd *= 1 + second
      }
      if (i < end) {
        const last = powers[i]! * factors[place]!
        powers[i] = last
        even *= 1 + last
        i++
        place++
      }
      sum += Math.log(even * odd)
    }
    const inputs = this.#inputs
    const row = hidden * this.#units + powers.length
    for (let k = 0; k < inputs.length; k++) {
      inputs[k]! += on ? this.#kernel[row + k]! : -this.#kernel[row + k]!
      sum += softplus(inputs[k]!)
    }
    return sum
  }
}

/**
 * Ends of chunks of neighbouring units. `largest` has each unit's largest possible logarithm; the sum of those in a
 * chunk stays below LARGEST_EXPONENT.
 */
function chunkEnds(largest: readonly number[]): Int32Array {
  const ends: number[] = []
  let sum = 0
  for (const [index, size] of largest.entries()) {
    if (index > 0 && sum + size > LARGEST_EXPONENT) {
      ends.push(index)
      sum = 0
    }
    sum += size
  }
  return Int32Array.from(largest.length === 0 ? [] : [...ends, largest.length])
}
