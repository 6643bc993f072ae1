/**
 * Adafactor (Shazeer and Stern, 2018; keras/src/optimizers/adafactor.py): for a weight with two or more axes it keeps
 * only the means of the squared gradient over the last axis and over the last but one. `relative_step` limits the rate
 * to 1 / sqrt(step), as Keras 3 always does.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { Optimizer, OptimizerSpecOf } from './optimizer.js'

export function adafactor(spec: OptimizerSpecOf<'Adafactor'>): Optimizer {
  const { beta_2_decay, epsilon_1, epsilon_2, clip_threshold } = spec
  const rootMeanSquare = (x: tf.Tensor) => tf.sqrt(tf.mean(tf.square(x)))
  return {
    // Keras also keeps the product of `r` and `c`, which it never reads
    slots: ({ shape }) =>
      shape.length < 2
        ? [{ name: 'velocity' }]
        : [
            { name: 'r', shape: shape.slice(0, -1) },
            { name: 'c', shape: [...shape.slice(0, -2), shape.at(-1)!] },
          ],
    update({ weight, gradient, slots, learningRate, iterations }) {
      const step = tf.add(iterations, 1)
      const rate = tf.minimum(learningRate, tf.div(1, tf.sqrt(step)))
      const alpha = tf.mul(tf.maximum(rootMeanSquare(weight), epsilon_2), rate)
      const decay = tf.sub(1, tf.pow(step, beta_2_decay))
      const mean = (old: tf.Tensor, value: tf.Tensor) => tf.add(tf.mul(old, decay), tf.mul(value, tf.sub(1, decay)))
      const square = tf.add(tf.square(gradient), epsilon_1)
      const next: Record<string, tf.Tensor> = {}
      let change: tf.Tensor
      if (slots.velocity) {
        next.velocity = mean(slots.velocity, square)
        change = tf.div(gradient, tf.sqrt(next.velocity))
      } else {
        next.r = mean(slots.r!, tf.mean(square, -1))
        next.c = mean(slots.c!, tf.mean(square, -2))
        const rows = tf.div(tf.sqrt(next.r), tf.sqrt(tf.mean(next.r, -1, true)))
        // Keras takes the root of the product, which is 0 if a row and a column never had a gradient, and NaN follows
        change = tf.div(tf.div(gradient, tf.expandDims(rows, -1)), tf.expandDims(tf.sqrt(next.c), -2))
      }
      const excess = tf.maximum(tf.div(rootMeanSquare(change), clip_threshold), 1)
      return { weight: tf.sub(weight, tf.mul(change, tf.div(alpha, excess))), slots: next }
    },
  }
}
