/** Files of NumPy. */
import { npyHeader } from '../../src/base/npy.js'
import { type Shape, sizeOf } from '../../src/base/shape.js'

/** The bytes of a float32 array. `value` gives each element by its index in row-major order. */
export const npy = (shape: Shape, value: (at: number) => number = () => 0): Buffer =>
  Buffer.concat([
    npyHeader(shape),
    new Uint8Array(Float32Array.from({ length: sizeOf(shape) }, (_, at) => value(at)).buffer),
  ])
