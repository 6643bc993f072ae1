/**
 * Adam (Kingma and Ba, 2015; AMSGrad: Reddi et al., 2018) and AdamW (Loshchilov and Hutter, 2019), as
 * keras/src/optimizers/adam.py and adamw.py compute them: epsilon is added outside the bias correction.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { Optimizer, OptimizerSpecOf } from './optimizer.js'

export function adam({ beta_1, beta_2, epsilon, amsgrad }: OptimizerSpecOf<'Adam'>): Optimizer {
  return {
    slots: ['momentum', 'velocity', ...(amsgrad ? ['velocity_hat'] : [])],
    update({ weight, gradient, slots, learningRate, iterations }) {
      const step = tf.add(iterations, 1)
      const correction = tf.div(tf.sqrt(tf.sub(1, tf.pow(beta_2, step))), tf.sub(1, tf.pow(beta_1, step)))
      const rate = tf.mul(learningRate, correction)
      const toward = (old: tf.Tensor, value: tf.Tensor, share: number) => tf.add(old, tf.mul(tf.sub(value, old), share))
      const next: Record<string, tf.Tensor> = {
        momentum: toward(slots.momentum!, gradient, 1 - beta_1),
        velocity: toward(slots.velocity!, tf.square(gradient), 1 - beta_2),
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

/** Adam on weights that first shrink by `weight_decay * learning_rate`. */
export function adamw({ weight_decay, ...rest }: OptimizerSpecOf<'AdamW'>): Optimizer {
  const inner = adam({ ...rest, type: 'Adam' })
  return {
    slots: inner.slots,
    update: (step) =>
      inner.update({
        ...step,
        weight: tf.sub(step.weight, tf.mul(tf.mul(step.weight, weight_decay), step.learningRate)),
      }),
  }
}
