/** Flatten and Reshape (keras/src/layers/reshaping). */
import * as tf from '@tensorflow/tfjs-core'
import { formatShape, type Shape, sizeOf } from '../../base/shape.js'
import { type LayerRule, ShapeProblem, type SpecOf } from './layer.js'
import { sameInTfjs } from './saved.js'

/** The batch with samples of another shape. */
const reshaped = (x: tf.Tensor, shape: Shape): tf.Tensor =>
  x.shape.slice(1).join() === shape.join() ? x : tf.reshape(x, [x.shape[0]!, ...shape])

export const flatten: LayerRule<SpecOf<'Flatten'>> = {
  outputShape: (_, [given]) => [sizeOf(given!)],
  call: (_, [x]) => reshaped(x!, [sizeOf(x!.shape.slice(1))]),
  /** tfjs' own Flatten refuses a sample that is flat already; Keras' does not. */
  saved: (spec, [given]) => sameInTfjs(spec, { target_shape: [sizeOf(given!)] }, 'Reshape'),
}

/** One dimension of `target_shape` may be -1: it takes what is left. */
export const reshape: LayerRule<SpecOf<'Reshape'>> = {
  outputShape(spec, [given]) {
    const size = sizeOf(given!)
    const known = sizeOf(spec.target_shape.filter((dim) => dim !== -1))
    const shape = spec.target_shape.map((dim) => (dim === -1 ? size / known : dim))
    if (sizeOf(shape) !== size || !shape.every(Number.isInteger)) {
      throw new ShapeProblem(
        `cannot turn ${formatShape(given!)}, ${size} elements, into ${formatShape(spec.target_shape)}`,
      )
    }
    return shape
  },
  call: (spec, [x]) => reshaped(x!, reshape.outputShape(spec, [x!.shape.slice(1)])),
  /** tfjs does not find out what -1 stands for. */
  saved: (spec, inputs) => sameInTfjs(spec, { target_shape: reshape.outputShape(spec, inputs) }),
}
