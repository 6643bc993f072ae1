/** Scales each element of a row so that the training rows lie in a range, as scikit-learn's `MinMaxScaler`. */
import type { Field, Numbers } from '../../base/field.js'
import { sizeOf } from '../../base/shape.js'
import { mapped, numbersOf, realField } from './numbers.js'
import type { Step } from './step.js'

/** The least and the largest value of each element of a row. */
export type Extremes = { readonly least: readonly number[]; readonly largest: readonly number[] }

/** An element that never changes becomes the lower end of the range. */
export const minMax = ([lower, upper]: readonly [number, number]): Step<Extremes> => ({
  column: ({ shape }: Field) => realField(shape),
  learning(given: Field) {
    const width = sizeOf(given.shape)
    const least = Array<number>(width).fill(Number.POSITIVE_INFINITY)
    const largest = Array<number>(width).fill(Number.NEGATIVE_INFINITY)
    return {
      see(values: Numbers) {
        const numbers = numbersOf(values, given)
        for (let at = 0; at < numbers.length; ) {
          for (let element = 0; element < width; element++, at++) {
            const value = numbers[at]!
            if (value < least[element]!) least[element] = value
            if (value > largest[element]!) largest[element] = value
          }
        }
      },
      end: () => ({ learnt: { least, largest } }),
    }
  },
  apply(values: Numbers, given: Field, { least, largest }, at) {
    const scales = largest.map((most, element) => (upper - lower) / (most - least[element]! || 1))
    return mapped(values, given, at, (value, element) => lower + (value - least[element]!) * scales[element]!)
  },
})
