/** Scales each element of a row to mean 0 and variance 1 over the training rows. */
import type { Field, Numbers } from '../../base/field.js'
import { sizeOf } from '../../base/shape.js'
import type { Step } from './step.js'

/** The mean and the variance of each element of a row. */
export type Moments = {
  readonly means: readonly number[]
  /** Biased: the sum of squares divided by the number of rows. */
  readonly variances: readonly number[]
}

export const standardize: Step<Moments> = {
  column: (given: Field) => ({ ...given, dtype: 'float32', divisor: 1, values: 'real' }),
  /** Goes through the rows twice: for the means, then for the squares of differences from them. */
  learning(given: Field) {
    const width = sizeOf(given.shape)
    let rows = 0
    let means: Float64Array | undefined
    let sums = new Float64Array(width)
    return {
      see(values: Numbers) {
        for (let at = 0; at < values.length; ) {
          for (let element = 0; element < width; element++, at++) {
            sums[element]! += means ? (values[at]! - means[element]!) ** 2 : values[at]!
          }
        }
        if (!means) rows += values.length / width
      },
      end() {
        const each = sums.map((sum) => sum / rows)
        if (means) return { learnt: { means: [...means], variances: [...each] } }
        means = each
        sums = new Float64Array(width)
        return 'again'
      },
    }
  },
  apply(values: Numbers, given: Field, { means, variances }) {
    const width = sizeOf(given.shape)
    // an element that never changes becomes 0
    const scales = variances.map((variance) => (variance > 0 ? 1 / Math.sqrt(variance) : 0))
    const scaled = new Float32Array(values.length)
    for (let at = 0; at < scaled.length; ) {
      for (let element = 0; element < width; element++, at++) {
        scaled[at] = (values[at]! - means[element]!) * scales[element]!
      }
    }
    return scaled
  },
}
