/**
 * Adam (Kingma and Ba, 2015; AMSGrad: Reddi et al., 2018) as in keras/src/optimizers/adam.py, where epsilon is added
 * outside of the bias correction. AdamW (Loshchilov and Hutter, 2019; adamw.py) is Adam with another default for
 * `weight_decay`, which every optimizer of Keras has.
 */
import * as tf from '@tensorflow/tfjs-core'
import { type Optimizer, type OptimizerSpecOf, zeros } from './optimizer.js'
import { begun, toward } from './running-mean.js'

type AdamOptions = Pick<OptimizerSpecOf<'Adam'>, 'beta_1' | 'beta_2' | 'epsilon' | 'amsgrad'>

export function adam({ beta_1, beta_2, epsilon, amsgrad }: AdamOptions): Optimizer {
  return {
    slots: () => zeros('momentum', 'velocity', ...(amsgrad ? ['velocity_hat'] : [])),
    update({ weight, gradient, slots, learningRate, iterations }) {
      const step = tf.add(iterations, 1)
      const correction = tf.div(tf.sqrt(begun(beta_2, step)), begun(beta_1, step))
      const rate = tf.mul(learningRate, correction)
      const next: Record<string, tf.Tensor> = {
        momentum: toward(slots.momentum!, gradient, beta_1),
        velocity: toward(slots.velocity!, tf.square(gradient), beta_2),
      }
      let variance = next.velocity!
      if (amsgrad) {
        variance = tf.maximum(slots.velocity_hat!, variance)
        next.velocity_hat = variance
      }
      const change = tf.div(tf.mul(next.momentum!, rate), tf.add(tf.sqrt(variance), epsilon))
      return { weight: tf.sub(weight, change), slots: next }
    },
  }
}
