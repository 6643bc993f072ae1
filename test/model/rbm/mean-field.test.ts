/** Mean field against exact means and log Z of 50 RBMs of 8 by 6 units. */
import * as tf from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import { logPartition } from '../../../src/model/rbm/log-partition.js'
import {
  type MeanFieldOrder,
  meanField,
  meanFieldLogPartition,
  pairCovariance,
} from '../../../src/model/rbm/mean-field.js'
import { RBM_WEIGHTS, type RbmParameters } from '../../../src/model/rbm/parameters.js'
import { expectClose, largestMagnitude } from '../../support/close.js'
import { bernoulliRbm, inFloat32, randomRbm, weightSlots } from '../../support/rbm.js'
import { modelMoments } from '../../support/rbm-exact-gradient.js'
import { expectNoTensorLeaks } from '../../support/tensors.js'

expectNoTensorLeaks()

const machines = (weights: number) =>
  Array.from({ length: 50 }, (_, seed) => inFloat32(randomRbm(8, 6, { seed, weights, biases: 1 })))

const weightsOf = (parameters: RbmParameters): Record<string, tf.Tensor> =>
  Object.fromEntries(
    weightSlots(parameters).map(({ name, shape, initial }) => [name, tf.tensor(initial(), [...shape])]),
  )

function fixedPoint(
  parameters: RbmParameters,
  weights: Record<string, tf.Tensor>,
  order: MeanFieldOrder,
  damping = 0.5,
) {
  const rbm = bernoulliRbm(parameters)
  const visible = tf.fill([1, 8], 0.5) as tf.Tensor2D
  const start = { visible, hidden: rbm.hiddenGiven(visible, weights).mean }
  return meanField(start, rbm, weights, { order, damping, steps: 60 })
}

/** Differences of log Z and of the means from what they are. */
function errors(parameters: RbmParameters, order: MeanFieldOrder, damping = 0.5) {
  const { logZ, means } = tf.tidy(() => {
    const weights = weightsOf(parameters)
    const found = fixedPoint(parameters, weights, order, damping)
    return {
      logZ: meanFieldLogPartition(found, weights, order).dataSync()[0]!,
      means: [...found.visible.dataSync(), ...found.hidden.dataSync()],
    }
  })
  const { visibleBias, hiddenBias } = modelMoments(parameters)
  const exact = [...visibleBias, ...hiddenBias]
  return {
    logZ: logZ - logPartition(parameters),
    means: largestMagnitude(means.map((mean, index) => mean - exact[index]!)),
  }
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length

function meanErrors(weights: number, order: MeanFieldOrder) {
  const all = machines(weights).map((machine) => errors(machine, order))
  return { logZ: meanOf(all.map(({ logZ }) => logZ)), means: meanOf(all.map(({ means }) => means)) }
}

test.each([0.2, 0.8])('naive mean field is at most log Z: weights of %d', (weights) => {
  for (const machine of machines(weights)) expect(errors(machine, 1).logZ).toBeLessThan(1e-5)
})

test('with weights of .2 TAP is at least ten times nearer than naive mean field, in means and in log Z', () => {
  const [naive, second, third] = [meanErrors(0.2, 1), meanErrors(0.2, 2), meanErrors(0.2, 3)]
  expect(second.logZ).toBeLessThan(naive.logZ / 10)
  expect(second.means).toBeLessThan(naive.means / 10)
  expect(third.means).toBeLessThan(second.means / 3)
  expect(third.logZ).toBeLessThan(second.logZ)
})

test('with weights of .8 each order is nearer in its means', () => {
  const [naive, second, third] = [meanErrors(0.8, 1), meanErrors(0.8, 2), meanErrors(0.8, 3)]
  expect(second.means).toBeLessThan(naive.means / 4)
  expect(third.means).toBeLessThan(second.means)
  expect(second.logZ).toBeLessThan(naive.logZ / 4)
})

test('without weights every order is exact, and damping changes the path, not the end', () => {
  const apart = { ...machines(1)[0]!, kernel: new Float64Array(48) }
  for (const order of [1, 2, 3] as const) {
    const { logZ, means } = errors(apart, order)
    expect(Math.abs(logZ)).toBeLessThan(1e-5)
    expect(means).toBeLessThan(1e-6)
  }
  const machine = machines(0.2)[0]!
  expect(Math.abs(errors(machine, 2, 0).means - errors(machine, 2, 0.5).means)).toBeLessThan(1e-6)
})

test.each([1, 2, 3] as const)('log Z of order %d has no slope where the means are fixed', (order) => {
  for (const machine of machines(0.8).slice(0, 10)) {
    const slopes = tf.tidy(() => {
      const weights = weightsOf(machine)
      const { visible, hidden } = fixedPoint(machine, weights, order)
      const logZ = (v: tf.Tensor, h: tf.Tensor) =>
        tf.sum<tf.Scalar>(
          meanFieldLogPartition({ visible: v as tf.Tensor2D, hidden: h as tf.Tensor2D }, weights, order),
        )
      return tf
        .grads(logZ)([visible, hidden])
        .flatMap((slope) => [...slope.dataSync()])
    })
    expect(largestMagnitude(slopes)).toBeLessThan(1e-4)
  }
})

test.each([2, 3] as const)('the covariance of units is the slope of log Z by the weights, order %d', (order) => {
  const machine = machines(0.8)[0]!
  const { found, expected } = tf.tidy(() => {
    const weights = weightsOf(machine)
    const means = fixedPoint(machine, weights, order)
    const logZ = (kernel: tf.Tensor) =>
      tf.sum<tf.Scalar>(meanFieldLogPartition(means, { ...weights, [RBM_WEIGHTS.kernel]: kernel }, order))
    const products = tf.matMul(means.visible, means.hidden, true)
    return {
      found: tf.add(products, pairCovariance(means, weights, order)).dataSync(),
      expected: tf.grad(logZ)(weights[RBM_WEIGHTS.kernel]!).dataSync(),
    }
  })
  expectClose(found, expected, 'slope', { relative: 1e-5, absolute: 1e-6 })
})
