/**
 * Centers and scales each row by itself: `samplewise_center` and `samplewise_std_normalization` of Keras'
 * ImageDataGenerator (keras/src/legacy/preprocessing/image.py, `standardize`).
 */
import type { Field, Numbers } from '../../base/field.js'
import { sizeOf } from '../../base/shape.js'
import { numbersOf, realField } from './numbers.js'
import type { Step } from './step.js'

/** Added to a deviation, so that no row is divided by 0. */
export const IMAGE_EPSILON = 1e-6

/** A step that computes new values of a row from its values, their mean and their standard deviation. */
const ofRows = (of: (value: number, mean: number, deviation: number) => number): Step<null> => ({
  column: ({ shape }: Field) => realField(shape),
  apply(values: Numbers, given: Field) {
    const width = sizeOf(given.shape)
    const numbers = numbersOf(values, given)
    const made = new Float32Array(numbers.length)
    for (let from = 0; from < made.length; from += width) {
      let [sum, squares] = [0, 0]
      for (let at = from; at < from + width; at++) sum += numbers[at]!
      const mean = sum / width
      for (let at = from; at < from + width; at++) squares += (numbers[at]! - mean) ** 2
      const deviation = Math.sqrt(squares / width)
      for (let at = from; at < from + width; at++) made[at] = of(numbers[at]!, mean, deviation)
    }
    return made
  },
})

export const samplewiseCenter = ofRows((value, mean) => value - mean)

export const samplewiseStd = ofRows((value, _mean, deviation) => value / (deviation + IMAGE_EPSILON))
