/** Adadelta (Zeiler, 2012; keras/src/optimizers/adadelta.py): steps are scaled by the size of earlier steps. */
import * as tf from '@tensorflow/tfjs-core'
import { type Optimizer, type OptimizerSpecOf, zeros } from './optimizer.js'
import { average } from './running-mean.js'

export function adadelta({ rho, epsilon }: OptimizerSpecOf<'Adadelta'>): Optimizer {
  const root = (meanSquare: tf.Tensor) => tf.sqrt(tf.add(meanSquare, epsilon))
  return {
    slots: () => zeros('accumulated_grad', 'accumulated_delta_var'),
    update({ weight, gradient, slots, learningRate }) {
      const squares = average(slots.accumulated_grad!, tf.square(gradient), rho)
      const change = tf.div(tf.mul(root(slots.accumulated_delta_var!), gradient), root(squares))
      return {
        weight: tf.sub(weight, tf.mul(change, learningRate)),
        slots: {
          accumulated_grad: squares,
          accumulated_delta_var: average(slots.accumulated_delta_var!, tf.square(change), rho),
        },
      }
    },
  }
}
