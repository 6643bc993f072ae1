/** Flatten and Reshape (keras/src/layers/reshaping). */
import * as tfl from '@tensorflow/tfjs-layers'
import { formatShape, sizeOf } from '../../base/shape.js'
import { type LayerRule, ShapeProblem, type SpecOf } from './layer.js'

export const flatten: LayerRule<SpecOf<'Flatten'>> = {
  outputShape: (_, given) => [sizeOf(given)],
  weightCount: () => 0,
  /** tfjs' own Flatten refuses a sample that is flat already; Keras' does not. */
  build: ({ name }, given) => ({
    layer: given.length > 1 ? tfl.layers.flatten({ name }) : tfl.layers.reshape({ name, targetShape: [...given] }),
  }),
}

/** One dimension of `target_shape` may be -1: it takes what is left. */
export const reshape: LayerRule<SpecOf<'Reshape'>> = {
  outputShape(spec, given) {
    const size = sizeOf(given)
    const known = sizeOf(spec.target_shape.filter((dim) => dim !== -1))
    const shape = spec.target_shape.map((dim) => (dim === -1 ? size / known : dim))
    if (sizeOf(shape) !== size || !shape.every(Number.isInteger)) {
      throw new ShapeProblem(
        `cannot turn ${formatShape(given)}, ${size} elements, into ${formatShape(spec.target_shape)}`,
      )
    }
    return shape
  },
  weightCount: () => 0,
  build: (spec) => ({ layer: tfl.layers.reshape({ name: spec.name, targetShape: [...spec.target_shape] }) }),
}
