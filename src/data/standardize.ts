/** Standardizes values to mean 0 and variance 1. */
import { sizeOf } from '../base/shape.js'
import { type DataInfo, type Dataset, elementMeans, type Samples } from './dataset.js'

export const standardizedInfo = (info: DataInfo): DataInfo => ({ ...info, divisor: 1, values: 'real' })

/** Standardizes each element over the training samples. Test samples are shifted and scaled by the same numbers. */
export function standardized({ info, train, test }: Dataset): Dataset {
  const width = sizeOf(info.sampleShape)
  const means = elementMeans(train)
  const variances = elementMeans(train, (value, element) => (value - means[element]!) ** 2)
  // an element that never changes becomes 0
  const scales = variances.map((variance) => (variance > 0 ? 1 / Math.sqrt(variance) : 0))
  const of = (samples: Samples): Samples => {
    const x = new Float32Array(samples.x.length)
    for (let at = 0; at < x.length; at++) x[at] = (samples.x[at]! - means[at % width]!) * scales[at % width]!
    return { ...samples, x }
  }
  return { info: standardizedInfo(info), train: of(train), test: of(test) }
}
