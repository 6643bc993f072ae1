/**
 * Adagrad (Duchi et al., 2011; keras/src/optimizers/adagrad.py): divides by the root of the sum of squared gradients.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { Optimizer, OptimizerSpecOf } from './optimizer.js'

export function adagrad({ initial_accumulator_value: initial, epsilon }: OptimizerSpecOf<'Adagrad'>): Optimizer {
  return {
    slots: () => [{ name: 'accumulator', initial }],
    update({ weight, gradient, slots, learningRate }) {
      const accumulator = tf.add(slots.accumulator!, tf.square(gradient))
      const change = tf.div(tf.mul(gradient, learningRate), tf.sqrt(tf.add(accumulator, epsilon)))
      return { weight: tf.sub(weight, change), slots: { accumulator } }
    },
  }
}
