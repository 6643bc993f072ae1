/** Bernoulli units in tfjs ops, for programs whose distribution is not the machine's own. */
import * as tf from '@tensorflow/tfjs-core'
import type { Tensors } from '../../base/tensors.js'
import { RBM_WEIGHTS } from './parameters.js'

/** c + vW: (batch, visible) -> (batch, hidden) */
export const hiddenInput = (v: tf.Tensor2D, weights: Tensors): tf.Tensor2D =>
  tf.add(tf.matMul(v, weights[RBM_WEIGHTS.kernel] as tf.Tensor2D), weights[RBM_WEIGHTS.hiddenBias]!)

/** b + hW': (batch, hidden) -> (batch, visible) */
export const visibleInput = (h: tf.Tensor2D, weights: Tensors): tf.Tensor2D =>
  tf.add(tf.matMul(h, weights[RBM_WEIGHTS.kernel] as tf.Tensor2D, false, true), weights[RBM_WEIGHTS.visibleBias]!)

/** Samples: 1 with probability s(input), else 0, from uniform numbers in [0, 1). */
export const sampled = (input: tf.Tensor, uniforms: tf.Tensor): tf.Tensor2D =>
  tf.cast(tf.less(uniforms, tf.sigmoid(input)), 'float32')
