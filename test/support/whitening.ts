/** Rows to whiten, and the covariances of the result. */
import { sizeOf } from '../../src/base/shape.js'
import { evenly } from './hashed.js'
import { columnRows } from './steps.js'

/** Rows whose elements depend on those before them, each with mean 0, so that the mean of a channel is that of all. */
export const mixedRows = (shape: readonly number[], count: number) => {
  const width = sizeOf(shape)
  const values = Float64Array.from(evenly('rows', count * width))
  for (let at = values.length - 1; at > 0; at--) values[at]! += 1.5 * values[at - 1]!
  for (let element = 0; element < width; element++) {
    let sum = 0
    for (let at = element; at < values.length; at += width) sum += values[at]!
    for (let at = element; at < values.length; at += width) values[at]! -= sum / count
  }
  return columnRows({ kind: 'float32', shape, values: [...values] })
}

/** Covariances of some elements with all. */
export const covarianceOf = (values: ArrayLike<number>, width: number, some: readonly number[]) => {
  const count = values.length / width
  const elements = Array.from({ length: width }, (_, element) => {
    const own = Float64Array.from({ length: count }, (_, row) => values[row * width + element]!)
    const mean = own.reduce((sum, one) => sum + one, 0) / count
    return own.map((one) => one - mean)
  })
  return some.flatMap((i) =>
    elements.map((other) => {
      let sum = 0
      for (let row = 0; row < count; row++) sum += elements[i]![row]! * other[row]!
      return sum / count
    }),
  )
}
