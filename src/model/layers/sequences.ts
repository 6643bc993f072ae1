/**
 * Embedding and Masking (keras/src/layers/core), and PositionEmbedding (KerasHub:
 * keras_hub/src/layers/modeling/position_embedding.py).
 */
import * as tf from '@tensorflow/tfjs-core'
import { formatShape } from '../../base/shape.js'
import { projectionOf } from '../constraints.js'
import { initializerOf } from '../initializers.js'
import { penaltyOf } from '../regularizers.js'
import { withoutGradient } from '../without-gradient.js'
import { type LayerRule, notSequence, passMask, ShapeProblem, type SpecOf } from './layer.js'
import { anyRange, sameRange } from './range.js'
import { sameInTfjs } from './saved.js'
import { weightOf } from './weight.js'

/** Looks up row x of a matrix for each integer x. */
export const embedding: LayerRule<SpecOf<'Embedding'>> = {
  outputShape: ({ output_dim }, [given]) => [...given!, output_dim],
  weights: (spec) => [
    {
      name: 'embeddings',
      shape: [spec.input_dim, spec.output_dim],
      initializer: initializerOf(spec.embeddings_initializer),
      penalty: penaltyOf(spec.embeddings_regularizer),
      constraint: projectionOf(spec.embeddings_constraint),
    },
  ],
  stopsGradient: () => true,
  lookups: ({ input_dim }) => input_dim,
  call: (_, [x], { weights }) => tf.gather(weights.embeddings!, tf.cast(x!, 'int32')),
  range: anyRange,
  mask: ({ mask_zero }, [x]) => (mask_zero ? withoutGradient(() => tf.notEqual(x!, tf.zerosLike(x!))) : undefined),
  makesMask: ({ mask_zero }) => mask_zero,
  saved: (spec) => sameInTfjs(spec),
}

/**
 * An Embedding; with `reverse`, products of the input with the vectors of all integers, or with the columns of a kernel
 * of its own (keras/src/layers/core/reversible_embedding.py).
 */
export const reversibleEmbedding: LayerRule<SpecOf<'ReversibleEmbedding'>> = {
  outputShape({ input_dim, output_dim, reverse }, [given]) {
    if (!reverse) return [...given!, output_dim]
    if (given!.at(-1) !== output_dim) {
      const input = formatShape([null, ...given!])
      throw new ShapeProblem(`takes vectors of ${output_dim} elements with "reverse", but its input is ${input}`)
    }
    return [...given!.slice(0, -1), input_dim]
  },
  /** The kernel has the initializer of the vectors, but neither their regularizer nor their constraint. */
  weights: (spec) => [
    weightOf(spec, 'embeddings', [spec.input_dim, spec.output_dim]),
    ...(spec.tie_weights
      ? []
      : [
          {
            name: REVERSE_KERNEL,
            shape: [spec.output_dim, spec.input_dim],
            initializer: initializerOf(spec.embeddings_initializer),
          },
        ]),
  ],
  uses: ({ tie_weights, reverse }, weight) => tie_weights || (weight === REVERSE_KERNEL) === reverse,
  stopsGradient: ({ reverse }) => !reverse,
  lookups: ({ input_dim, reverse }) => (reverse ? undefined : input_dim),
  call({ reverse, tie_weights, logit_soft_cap: cap, input_dim, output_dim }, [x], { weights }) {
    if (!reverse) return tf.gather(weights.embeddings!, tf.cast(x!, 'int32'))
    const kernel = (tie_weights ? weights.embeddings : weights[REVERSE_KERNEL]) as tf.Tensor2D
    const products = tf.matMul(tf.reshape(x!, [-1, output_dim]), kernel, false, tie_weights)
    const logits = tf.reshape(products, [...x!.shape.slice(0, -1), input_dim])
    return cap === null ? logits : tf.mul(tf.tanh(tf.div(logits, cap)), cap)
  },
  range: anyRange,
  mask: ({ mask_zero, reverse }, [x]) =>
    mask_zero && !reverse ? withoutGradient(() => tf.notEqual(x!, tf.zerosLike(x!))) : undefined,
  makesMask: ({ mask_zero, reverse }) => mask_zero && !reverse,
  saved: () => null,
}

/** (output_dim, input_dim): the weight of the other way if weights are not tied. */
const REVERSE_KERNEL = 'reverse_embeddings'

/** Gives the steps of each sample the first rows of a matrix. */
export const positionEmbedding: LayerRule<SpecOf<'PositionEmbedding'>> = {
  outputShape({ sequence_length }, [given]) {
    if (given!.length !== 2) {
      throw notSequence(given!)
    }
    if (given![0]! > sequence_length) {
      throw new ShapeProblem(
        `has vectors for ${sequence_length} steps, but its input is ${formatShape([null, ...given!])}`,
      )
    }
    return given!
  },
  weights: (spec, [given]) => [
    {
      name: 'embeddings',
      shape: [spec.sequence_length, given![1]!],
      initializer: initializerOf(spec.initializer),
    },
  ],
  stopsGradient: () => true,
  call({ sequence_length }, [x], { weights }) {
    const [batch, steps, features] = x!.shape as [number, number, number]
    const rows = steps === sequence_length ? weights.embeddings! : tf.slice(weights.embeddings!, 0, steps)
    // written as a sum because its gradient is one sum; tfjs' gradient of Tile slices out each repetition
    return tf.add(tf.reshape(rows, [1, steps, features]), tf.zeros([batch, 1, 1]))
  },
  mask: passMask,
  saved: () => null,
}

/** Sets a step to 0 and masks it if all its features are `mask_value`. */
export const masking: LayerRule<SpecOf<'Masking'>> = {
  outputShape: (_, [given]) => given!,
  call({ mask_value }, [x]) {
    const counts = differs(x!, mask_value)
    return tf.where(tf.expandDims(counts, -1), x!, tf.zerosLike(x!))
  },
  range: sameRange,
  mask: ({ mask_value }, [x]) => differs(x!, mask_value),
  makesMask: () => true,
  saved: (spec) => sameInTfjs(spec),
}

/** (batch, time), bool: true if any feature of the step differs from `value`. */
const differs = (x: tf.Tensor, value: number): tf.Tensor => withoutGradient(() => tf.any(tf.notEqual(x, value), -1))
