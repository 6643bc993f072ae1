/** Nadam (Dozat, 2015; keras/src/optimizers/nadam.py): Adam with Nesterov momentum on a schedule. */
import * as tf from '@tensorflow/tfjs-core'
import { type Optimizer, type OptimizerSpecOf, zeros } from './optimizer.js'
import { begun, toward } from './running-mean.js'

const SCHEDULE_DECAY = 0.96

export function nadam({ beta_1, beta_2, epsilon }: OptimizerSpecOf<'Nadam'>): Optimizer {
  // Keras rounds the betas to float32 before it subtracts them from 1
  const [decay_1, decay_2] = [Math.fround(beta_1), Math.fround(beta_2)]
  /** u_t = beta_1 (1 - 0.96^t / 2) */
  const share = (step: tf.Tensor) => tf.mul(beta_1, tf.sub(1, tf.mul(0.5, tf.pow(SCHEDULE_DECAY, step))))
  return {
    slots: () => zeros('momentum', 'velocity'),
    shared: {
      numbers: [{ name: 'u_product', initial: 1 }],
      next: ({ u_product }, iterations) => ({ u_product: tf.mul(u_product!, share(tf.add(iterations, 1))) }),
    },
    update({ weight, gradient, slots, shared, learningRate, iterations }) {
      const step = tf.add(iterations, 1)
      const [now, then] = [share(step), share(tf.add(iterations, 2))]
      const product = shared.u_product!
      const momentum = toward(slots.momentum!, gradient, decay_1)
      const velocity = toward(slots.velocity!, tf.square(gradient), decay_2)
      const ahead = tf.add(
        tf.mul(momentum, tf.div(then, tf.sub(1, tf.mul(product, then)))),
        tf.mul(gradient, tf.div(tf.sub(1, now), tf.sub(1, product))),
      )
      const variance = tf.mul(velocity, tf.div(1, begun(beta_2, step)))
      const change = tf.div(tf.mul(ahead, learningRate), tf.add(tf.sqrt(variance), epsilon))
      return { weight: tf.sub(weight, change), slots: { momentum, velocity } }
    },
  }
}
