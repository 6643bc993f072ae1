/** Flatten, Reshape, Permute and RepeatVector (keras/src/layers/reshaping). */
import * as tf from '@tensorflow/tfjs-core'
import { formatShape, type Shape, sizeOf } from '../../base/shape.js'
import { type LayerRule, ShapeProblem, type SpecOf } from './layer.js'
import { sameRange } from './range.js'
import { sameInTfjs } from './saved.js'
import { repeated } from './spatial.js'

/** Reshapes the samples of a batch. */
const reshaped = (x: tf.Tensor, shape: Shape): tf.Tensor =>
  x.shape.slice(1).join() === shape.join() ? x : tf.reshape(x, [x.shape[0]!, ...shape])

export const flatten: LayerRule<SpecOf<'Flatten'>> = {
  outputShape: (_, [given]) => [sizeOf(given!)],
  moves: true,
  call: (_, [x]) => reshaped(x!, [sizeOf(x!.shape.slice(1))]),
  range: sameRange,
  /** tfjs' Flatten refuses samples that are flat already; Keras' does not. */
  saved: (spec, [given]) => sameInTfjs(spec, { target_shape: [sizeOf(given!)] }, 'Reshape'),
}

/** One dimension of `target_shape` may be -1; it is inferred from the others. */
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
  moves: true,
  call: (spec, [x]) => reshaped(x!, reshape.outputShape(spec, [x!.shape.slice(1)])),
  range: sameRange,
  /** tfjs does not infer -1. */
  saved: (spec, inputs) => sameInTfjs(spec, { target_shape: reshape.outputShape(spec, inputs) }),
}

/** `dims` count from 1: 0 is the batch. */
export const permute: LayerRule<SpecOf<'Permute'>> = {
  outputShape({ dims }, [given]) {
    if (given!.length !== dims.length) {
      throw new ShapeProblem(`permutes ${dims.length} axes, found ${formatShape(given!)}`)
    }
    return dims.map((axis) => given![axis - 1]!)
  },
  moves: true,
  call: ({ dims }, [x]) => tf.transpose(x!, [0, ...dims]),
  range: sameRange,
  saved: (spec) => sameInTfjs(spec),
}

export const repeatVector: LayerRule<SpecOf<'RepeatVector'>> = {
  outputShape({ n }, [given]) {
    if (given!.length !== 1) throw new ShapeProblem(`takes vectors, found ${formatShape(given!)}`)
    return [n, ...given!]
  },
  moves: true,
  call: ({ n }, [x]) => repeated(tf.expandDims(x!, 1), [1, n, 1]),
  range: sameRange,
  saved: (spec) => sameInTfjs(spec),
}
