/** Gradient descent with momentum, plain or Nesterov (keras/src/optimizers/sgd.py). */
import * as tf from '@tensorflow/tfjs-core'
import { type Optimizer, type OptimizerSpecOf, zeros } from './optimizer.js'

export function sgd({ momentum, nesterov }: OptimizerSpecOf<'SGD'>): Optimizer {
  if (momentum === 0) {
    return {
      slots: () => [],
      update: ({ weight, gradient, learningRate }) => ({
        weight: tf.sub(weight, tf.mul(gradient, learningRate)),
        slots: {},
      }),
    }
  }
  return {
    slots: () => zeros('momentum'),
    update({ weight, gradient, slots, learningRate, momentum: now = momentum }) {
      const step = tf.mul(gradient, learningRate)
      const velocity = tf.sub(tf.mul(slots.momentum!, now), step)
      const change = nesterov ? tf.sub(tf.mul(velocity, now), step) : velocity
      return { weight: tf.add(weight, change), slots: { momentum: velocity } }
    },
  }
}
