/** Means and variances over training rows, of groups of elements of a row. */
import type { Field, Numbers } from '../../base/field.js'
import { sizeOf } from '../../base/shape.js'
import { numbersOf } from './numbers.js'
import type { Learning } from './step.js'

/** The mean and the variance of each group of elements. */
export type Moments = {
  readonly means: readonly number[]
  /** Biased: the sum of squares divided by the number of values. */
  readonly variances: readonly number[]
}

/** The group of each element of a row, and the number of groups. */
export interface Groups {
  readonly of: Uint32Array
  readonly count: number
}

/** Each element is a group of its own. */
export const eachElement = ({ shape }: Field): Groups => {
  const count = sizeOf(shape)
  return { of: Uint32Array.from({ length: count }, (_, element) => element), count }
}

/**
 * The elements that have the same place along the axes `kept` of the row, from 0, form a group. Groups are in row-major
 * order of these axes.
 */
export function groupsAlong({ shape }: Field, kept: readonly number[]): Groups {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)))
  const groupOf = (element: number) =>
    kept.reduce((group, axis) => group * shape[axis]! + (Math.floor(element / strides[axis]!) % shape[axis]!), 0)
  return {
    of: Uint32Array.from({ length: sizeOf(shape) }, (_, element) => groupOf(element)),
    count: kept.reduce((count, axis) => count * shape[axis]!, 1),
  }
}

/**
 * Learns moments. Goes through the rows twice: for the means, then for the squares of differences from them. Sums are
 * in the order of the rows, so they do not depend on how rows are cut into pieces.
 */
export function learningMoments(given: Field, { of, count }: Groups): Learning<Moments> {
  let values = 0
  let means: Float64Array | undefined
  let sums = new Float64Array(count)
  return {
    see(stored: Numbers) {
      const numbers = numbersOf(stored, given)
      if (!means) values += numbers.length / of.length
      if (of.length === 1) {
        // the same sum, in the same order
        let sum = sums[0]!
        const mean = means?.[0]
        for (let at = 0; at < numbers.length; at++) {
          const value = numbers[at]!
          sum += mean === undefined ? value : (value - mean) ** 2
        }
        sums[0] = sum
        return
      }
      for (let at = 0; at < numbers.length; ) {
        for (let element = 0; element < of.length; element++, at++) {
          const group = of[element]!
          sums[group]! += means ? (numbers[at]! - means[group]!) ** 2 : numbers[at]!
        }
      }
    },
    end() {
      const each = sums.map((sum) => sum / ((values * of.length) / count))
      if (means) return { learnt: { means: [...means], variances: [...each] } }
      means = each
      sums = new Float64Array(count)
      return 'again'
    },
  }
}
