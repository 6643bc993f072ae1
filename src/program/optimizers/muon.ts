/**
 * Muon (Jordan et al., 2024; Liu et al., 2025, arXiv 2502.16982; keras/src/optimizers/muon.py): the momentum of a
 * matrix, with all its singular values brought close to 1. Other weights, and those that the spec excludes, are trained
 * by Adam.
 */
import * as tf from '@tensorflow/tfjs-core'
import { adam } from './adam.js'
import { norm } from './clipping.js'
import { namePatterns } from './name-patterns.js'
import { type Optimizer, type OptimizerSpecOf, type WeightInfo, zeros } from './optimizer.js'

export function muon(spec: OptimizerSpecOf<'Muon'>): Optimizer {
  const { momentum, nesterov, rms_rate, exclude_embeddings } = spec
  const inner = adam({ beta_1: spec.adam_beta_1, beta_2: spec.adam_beta_2, epsilon: spec.epsilon, amsgrad: false })
  const isExcluded = namePatterns('exclude_layers', spec.exclude_layers)
  const takesAdam = ({ name, shape }: WeightInfo) =>
    shape.length !== 2 || (exclude_embeddings && name.toLowerCase().includes('embedding')) || isExcluded(name)
  return {
    slots: (weight) => (takesAdam(weight) ? inner.slots(weight) : zeros('momentum')),
    weightDecay: (weight) => (takesAdam(weight) ? spec.adam_weight_decay : spec.weight_decay),
    update(step, info) {
      if (takesAdam(info)) {
        return inner.update({ ...step, learningRate: tf.mul(step.learningRate, spec.adam_lr_ratio) }, info)
      }
      const { weight, gradient, slots, learningRate } = step
      const next = tf.add(slots.momentum!, tf.add(gradient, tf.mul(slots.momentum!, momentum - 1)))
      const direction = nesterov ? tf.add(gradient, tf.mul(next, momentum)) : next
      const scale = rms_rate === null ? 1 : Math.sqrt(Math.max(...info.shape)) * rms_rate
      const change = orthogonal(direction as tf.Tensor2D, spec)
      return {
        weight: tf.sub(weight, tf.mul(change, tf.mul(learningRate, scale))),
        slots: { momentum: next },
      }
    },
  }
}

/** U S' V^T for x = U S V^T, with S' close to 1, by the Newton-Schulz iteration a x + (b x x^T + c (x x^T)^2) x. */
function orthogonal(
  x: tf.Tensor2D,
  { ns_steps, muon_a: a, muon_b: b, muon_c: c }: OptimizerSpecOf<'Muon'>,
): tf.Tensor2D {
  const tall = x.shape[0] > x.shape[1]
  const wide = tall ? tf.transpose(x) : x
  let result: tf.Tensor2D = tf.div(wide, tf.add(norm(wide), 1e-7))
  for (let step = 0; step < ns_steps; step++) {
    const square = tf.matMul(result, result, false, true)
    const polynomial = tf.add(tf.mul(square, b), tf.matMul(tf.mul(square, c) as tf.Tensor2D, square))
    result = tf.add(tf.mul(result, a), tf.matMul(polynomial as tf.Tensor2D, result))
  }
  return tall ? tf.transpose(result) : result
}
