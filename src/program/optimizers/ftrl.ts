/** FTRL, "follow the regularized leader" (McMahan et al., 2013; keras/src/optimizers/ftrl.py). */
import * as tf from '@tensorflow/tfjs-core'
import { clipByValue } from './clipping.js'
import type { Optimizer, OptimizerSpecOf } from './optimizer.js'

export function ftrl(spec: OptimizerSpecOf<'Ftrl'>): Optimizer {
  const { beta, l1_regularization_strength: l1, l2_regularization_strength: l2 } = spec
  const shrinkage = spec.l2_shrinkage_regularization_strength
  const power = (x: tf.Tensor) =>
    spec.learning_rate_power === -0.5 ? tf.sqrt(x) : tf.pow(x, -spec.learning_rate_power)
  return {
    slots: () => [{ name: 'accumulator', initial: spec.initial_accumulator_value }, { name: 'linear' }],
    update({ weight, gradient, slots, learningRate }) {
      const accumulator = tf.add(slots.accumulator!, tf.square(gradient))
      const [before, after] = [power(slots.accumulator!), power(accumulator)]
      const shrunk = shrinkage === 0 ? gradient : tf.add(gradient, tf.mul(weight, 2 * shrinkage))
      const sigma = tf.div(tf.sub(after, before), learningRate)
      const linear = tf.add(slots.linear!, tf.sub(shrunk, tf.mul(sigma, weight)))
      const penalty = beta === 0 ? tf.scalar(2 * l2) : tf.add(2 * l2, tf.div(beta, learningRate))
      const quadratic = tf.add(tf.div(after, learningRate), penalty)
      return {
        weight: tf.div(tf.sub(clipByValue(linear, l1), linear), quadratic),
        slots: { accumulator, linear },
      }
    },
  }
}
