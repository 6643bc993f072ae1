/** LAMB (You et al., 2019; keras/src/optimizers/lamb.py): Adam with each weight's step scaled to the weight's norm. */
import * as tf from '@tensorflow/tfjs-core'
import { norm } from './clipping.js'
import { type Optimizer, type OptimizerSpecOf, zeros } from './optimizer.js'
import { begun, toward } from './running-mean.js'

export function lamb({ beta_1, beta_2, epsilon }: OptimizerSpecOf<'Lamb'>): Optimizer {
  return {
    slots: () => zeros('momentum', 'velocity'),
    update({ weight, gradient, slots, learningRate, iterations }) {
      const step = tf.add(iterations, 1)
      const momentum = toward(slots.momentum!, gradient, beta_1)
      const velocity = toward(slots.velocity!, tf.square(gradient), beta_2)
      const deviation = tf.add(tf.sqrt(tf.div(velocity, begun(beta_2, step))), epsilon)
      const change = tf.div(tf.div(momentum, begun(beta_1, step)), deviation)
      const [ofWeight, ofChange] = [norm(weight), norm(change)]
      const one = tf.onesLike(ofWeight)
      const both = tf.logicalAnd(tf.greater(ofWeight, 0), tf.greater(ofChange, 0))
      const ratio = tf.where(both, tf.div(ofWeight, ofChange), one)
      return {
        weight: tf.sub(weight, tf.mul(change, tf.mul(ratio, learningRate))),
        slots: { momentum, velocity },
      }
    },
  }
}
