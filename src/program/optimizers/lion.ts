/**
 * Lion (Chen et al., 2023; keras/src/optimizers/lion.py): steps of constant size, in the direction of a momentum's
 * sign.
 */
import * as tf from '@tensorflow/tfjs-core'
import { type Optimizer, type OptimizerSpecOf, zeros } from './optimizer.js'
import { average } from './running-mean.js'

export function lion({ beta_1, beta_2 }: OptimizerSpecOf<'Lion'>): Optimizer {
  // Keras rounds the betas to float32 before it subtracts them from 1
  const [decay_1, decay_2] = [Math.fround(beta_1), Math.fround(beta_2)]
  return {
    slots: () => zeros('momentum'),
    update({ weight, gradient, slots, learningRate }) {
      const direction = tf.sign(average(slots.momentum!, gradient, decay_1))
      return {
        weight: tf.sub(weight, tf.mul(direction, learningRate)),
        slots: { momentum: average(slots.momentum!, gradient, decay_2) },
      }
    },
  }
}
