/**
 * Adamax (Kingma and Ba, 2015, section 7.1; keras/src/optimizers/adamax.py): Adam with a decaying maximum of gradients.
 */
import * as tf from '@tensorflow/tfjs-core'
import { type Optimizer, type OptimizerSpecOf, zeros } from './optimizer.js'
import { begun, toward } from './running-mean.js'

export function adamax({ beta_1, beta_2, epsilon }: OptimizerSpecOf<'Adamax'>): Optimizer {
  return {
    slots: () => zeros('momentum', 'norm'),
    update({ weight, gradient, slots, learningRate, iterations }) {
      const rate = tf.div(learningRate, begun(beta_1, tf.add(iterations, 1)))
      const momentum = toward(slots.momentum!, gradient, beta_1)
      const norm = tf.maximum(tf.mul(slots.norm!, beta_2), tf.abs(gradient))
      const change = tf.div(tf.mul(momentum, rate), tf.add(norm, epsilon))
      return { weight: tf.sub(weight, change), slots: { momentum, norm } }
    },
  }
}
