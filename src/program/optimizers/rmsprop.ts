/** RMSprop (Hinton, Coursera lecture 6e, 2012; keras/src/optimizers/rmsprop.py). */
import * as tf from '@tensorflow/tfjs-core'
import { type Optimizer, type OptimizerSpecOf, zeros } from './optimizer.js'
import { average } from './running-mean.js'

export function rmsprop({ rho, momentum, epsilon, centered }: OptimizerSpecOf<'RMSprop'>): Optimizer {
  return {
    slots: () => zeros('velocity', ...(momentum > 0 ? ['momentum'] : []), ...(centered ? ['average_gradient'] : [])),
    update({ weight, gradient, slots, learningRate }) {
      const next: Record<string, tf.Tensor> = { velocity: average(slots.velocity!, tf.square(gradient), rho) }
      let variance = next.velocity!
      if (centered) {
        next.average_gradient = average(slots.average_gradient!, gradient, rho)
        variance = tf.sub(variance, tf.square(next.average_gradient))
      }
      let change = tf.div(tf.mul(gradient, learningRate), tf.sqrt(tf.add(variance, epsilon)))
      if (momentum > 0) {
        change = tf.add(tf.mul(slots.momentum!, momentum), change)
        next.momentum = change
      }
      return { weight: tf.sub(weight, change), slots: next }
    },
  }
}
