/** Recurrent layers over many steps run quickly. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { buildModel } from '../../../src/model/model.js'
import { resolveModel } from '../../support/spec.js'
import { expectNoTensorLeaks } from '../../support/tensors.js'

expectNoTensorLeaks()

const SMALLEST_NORMAL = 2 ** -126

describe('a gradient that vanishes over 500 steps never is a subnormal number', () => {
  test.each(['SimpleRNN', 'LSTM', 'GRU'])('of %s', (type) => {
    const steps = 500
    const model = buildModel(resolveModel([{ type, units: 2 }]), { x: [steps, 1] }, 1)
    const gradient = tf.tidy(() => {
      const state = Object.fromEntries(
        model.weights.map(({ name, shape, initial }) => [name, tf.mul(tf.tensor(initial(), [...shape]), 0.5)]),
      )
      const through = (x: tf.Tensor) => tf.sum(model.apply({ x }, state, { noise: {} }).output)
      return tf
        .grad(through)(tf.fill([1, steps, 1], 0.5))
        .dataSync<'float32'>()
    })
    const sizes = Array.from(gradient, Math.abs)
    expect(sizes[0]).toBeLessThan(1e-20)
    expect(sizes.at(-1)).toBeGreaterThan(1e-3)
    expect(sizes.filter((size) => size > 0 && size < SMALLEST_NORMAL)).toEqual([])
  })
})
