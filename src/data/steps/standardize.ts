/** Scales each element of a row to mean 0 and variance 1 over the training rows. */
import type { Field, Numbers } from '../../base/field.js'
import { eachElement, learningMoments, type Moments } from './moments.js'
import { mapped, realField } from './numbers.js'
import type { Step } from './step.js'

export const standardize: Step<Moments> = {
  column: ({ shape }: Field) => realField(shape),
  learning: (given: Field) => learningMoments(stored(given), eachElement(given)),
  apply(values: Numbers, given: Field, { means, variances }, at) {
    // an element that never changes becomes 0
    const scales = variances.map((variance) => (variance > 0 ? 1 / Math.sqrt(variance) : 0))
    return mapped(values, stored(given), at, (value, element) => (value - means[element]!) * scales[element]!)
  },
}

/** The divisor of stored values changes nothing here, so they are taken as they are. */
const stored = (given: Field): Field => ({ ...given, divisor: 1 })
