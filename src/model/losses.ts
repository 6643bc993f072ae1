/** Losses by Keras' names (keras/src/losses/losses.py; crossentropies of probabilities as keras/src/backend/jax/nn.py computes them). */
import * as tf from '@tensorflow/tfjs-core'
import type { ActivationName } from '../spec/activations.js'
import type { LossSpec } from '../spec/spec.js'
import type { Prediction } from './model.js'
import type { TargetForm } from './targets.js'

export interface Loss {
  /** What labels are turned into before the loss sees them; `fitting` follows the model's output. */
  readonly target: TargetForm | 'fitting'
  /** Target and prediction, each (batch, n) or class indices (batch): one loss a sample, (batch). */
  perSample(target: tf.Tensor, prediction: tf.Tensor): tf.Tensor
  /** The same from what an activation made the prediction from: exact where a probability rounds to 0 or 1. */
  readonly fromLogits?: { readonly [Name in ActivationName]?: (target: tf.Tensor, logits: tf.Tensor) => tf.Tensor }
}

/** Each sample's loss by the best formula there is, as Keras on TensorFlow chooses (keras/src/backend/tensorflow/nn.py, `_get_logits`). */
export function lossPerSample(loss: Loss, target: tf.Tensor, { output, logits }: Prediction): tf.Tensor {
  const direct = logits && loss.fromLogits?.[logits.activation]
  return direct ? direct(target, logits.value) : loss.perSample(target, output)
}

/** Keras' fuzz factor: probabilities are kept this far from 0 and 1. */
const EPSILON = 1e-7

/** -sum(target log p), with p normalized to sum 1 and clipped. */
function crossentropy(target: tf.Tensor, prediction: tf.Tensor): tf.Tensor {
  const p = tf.clipByValue(tf.div(prediction, tf.sum(prediction, -1, true)), EPSILON, 1 - EPSILON)
  return tf.neg(tf.sum(tf.mul(target, tf.log(p)), -1))
}

const crossentropyOfSoftmax = (target: tf.Tensor, logits: tf.Tensor) =>
  tf.neg(tf.sum(tf.mul(target, tf.logSoftmax(logits)), -1))

/** -t log(sigmoid(z)) - (1 - t) log(1 - sigmoid(z)) = softplus(z) - z t, mean over the outputs. */
const crossentropyOfSigmoid = (target: tf.Tensor, logits: tf.Tensor) =>
  tf.mean(tf.sub(tf.softplus(logits), tf.mul(logits, target)), -1)

const classes = (target: tf.Tensor, prediction: tf.Tensor) =>
  tf.oneHot(target as tf.Tensor1D, prediction.shape.at(-1)!, 1, 0, 'float32')

export const LOSSES: { readonly [Name in LossSpec['type']]: Loss } = {
  categorical_crossentropy: {
    target: 'one_hot',
    perSample: crossentropy,
    fromLogits: { softmax: crossentropyOfSoftmax },
  },
  sparse_categorical_crossentropy: {
    target: 'class_index',
    perSample: (target, prediction) => crossentropy(classes(target, prediction), prediction),
    fromLogits: { softmax: (target, logits) => crossentropyOfSoftmax(classes(target, logits), logits) },
  },
  binary_crossentropy: {
    target: 'fitting',
    perSample(target, prediction) {
      const p = tf.clipByValue(prediction, EPSILON, 1 - EPSILON)
      const ones = tf.mul(target, tf.log(p))
      const zeros = tf.mul(tf.sub(1, target), tf.log(tf.sub(1, p)))
      return tf.neg(tf.mean(tf.add(ones, zeros), -1))
    },
    fromLogits: { sigmoid: crossentropyOfSigmoid },
  },
  mean_squared_error: {
    target: 'fitting',
    perSample: (target, prediction) => tf.mean(tf.square(tf.sub(target, prediction)), -1),
  },
  mean_absolute_error: {
    target: 'fitting',
    perSample: (target, prediction) => tf.mean(tf.abs(tf.sub(target, prediction)), -1),
  },
}
