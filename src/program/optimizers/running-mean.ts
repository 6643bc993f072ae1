/** Running means of gradients, as Keras writes them. */
import * as tf from '@tensorflow/tfjs-core'

/** old + (value - old) (1 - decay) */
export const toward = (old: tf.Tensor, value: tf.Tensor, decay: number): tf.Tensor =>
  tf.add(old, tf.mul(tf.sub(value, old), 1 - decay))

/** decay old + (1 - decay) value */
export const average = (old: tf.Tensor, value: tf.Tensor, decay: number): tf.Tensor =>
  tf.add(tf.mul(old, decay), tf.mul(value, 1 - decay))

/** 1 - decay^steps, the bias correction of a mean that started at 0. */
export const begun = (decay: number, steps: tf.Tensor): tf.Tensor => tf.sub(1, tf.pow(decay, steps))
