/** Mean field against exact means and log Z: 50 machines of 8 by 6 units. */
import * as tf from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import { modelMoments } from '../../../src/model/rbm/exact-gradient.js'
import { logPartition } from '../../../src/model/rbm/log-partition.js'
import { type MeanFieldOrder, meanField, meanFieldLogPartition, meansFrom } from '../../../src/model/rbm/mean-field.js'
import type { RbmParameters } from '../../../src/model/rbm/parameters.js'
import { largest } from '../../support/close.js'
import { inFloat32, randomRbm, weightSlots } from '../../support/rbm.js'
import { expectNoTensorLeaks } from '../../support/tensors.js'

expectNoTensorLeaks()

const machines = (weights: number) =>
  Array.from({ length: 50 }, (_, seed) => inFloat32(randomRbm(8, 6, { seed, weights, biases: 1 })))

/** Differences of log Z and of the means from what they are. */
function errors(parameters: RbmParameters, order: MeanFieldOrder, damping = 0.5) {
  const { logZ, means } = tf.tidy(() => {
    const slots = weightSlots(parameters).map(({ name, shape, initial }) => [name, tf.tensor(initial(), [...shape])])
    const weights: Record<string, tf.Tensor> = Object.fromEntries(slots)
    const start = meansFrom(tf.fill([1, 8], 0.5), weights)
    const found = meanField(start, weights, { order, damping, steps: 60 })
    return {
      logZ: meanFieldLogPartition(found, weights, order).dataSync()[0]!,
      means: [...found.visible.dataSync(), ...found.hidden.dataSync()],
    }
  })
  const { visibleBias, hiddenBias } = modelMoments(parameters)
  const exact = [...visibleBias, ...hiddenBias]
  return {
    logZ: logZ - logPartition(parameters),
    means: largest(means.map((mean, index) => mean - exact[index]!)),
  }
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length

function meanErrors(weights: number, order: MeanFieldOrder) {
  const all = machines(weights).map((machine) => errors(machine, order))
  return { logZ: meanOf(all.map(({ logZ }) => logZ)), means: meanOf(all.map(({ means }) => means)) }
}

test.each([0.2, 0.8])('naive mean field never has more than log Z: weights of %d', (weights) => {
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

test('without weights every order is exact, and damping changes where it goes by, not where it ends', () => {
  const apart = { ...machines(1)[0]!, kernel: new Float64Array(48) }
  for (const order of [1, 2, 3] as const) {
    const { logZ, means } = errors(apart, order)
    expect(Math.abs(logZ)).toBeLessThan(1e-5)
    expect(means).toBeLessThan(1e-6)
  }
  const machine = machines(0.2)[0]!
  expect(Math.abs(errors(machine, 2, 0).means - errors(machine, 2, 0.5).means)).toBeLessThan(1e-6)
})
