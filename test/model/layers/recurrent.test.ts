/** Recurrent layers over many steps: what makes them slow to run, or to load, does not come back. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { simplifiedGraph } from '../../../src/engine/compiled/passes/simplified.js'
import { buildModel } from '../../../src/model/model.js'
import { smallNetwork } from '../../support/network.js'
import { resolveModel } from '../../support/spec.js'
import { expectNoTensorLeaks } from '../../support/tensors.js'

expectNoTensorLeaks()

const SMALLEST_NORMAL = 2 ** -126

describe('a gradient that vanishes over 500 steps never is a subnormal number', () => {
  test.each(['SimpleRNN', 'LSTM', 'GRU'])('of %s', (type) => {
    const steps = 500
    const model = buildModel(resolveModel([{ type, units: 2 }]), [steps, 1], 1)
    const gradient = tf.tidy(() => {
      const state = Object.fromEntries(
        model.weights.map(({ name, shape, initial }) => [name, tf.mul(tf.tensor(initial(), [...shape]), 0.5)]),
      )
      const through = (x: tf.Tensor) => tf.sum(model.apply(x, state, { noise: {} }).output)
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

describe('a graph has so many nodes for each of 500 steps', () => {
  test.each([
    [{ type: 'SimpleRNN', units: 2 }, 13],
    [{ type: 'LSTM', units: 2 }, 38],
    [{ type: 'GRU', units: 2 }, 36],
    [{ type: 'Bidirectional', layer: { type: 'LSTM', units: 2 } }, 75],
  ])('of %j', async (layer, most) => {
    const steps = 500
    const layers = [layer, { type: 'Dense', units: 3 }]
    const { programs } = smallNetwork({ layers, loss: 'mse', optimizer: 'SGD' }, [steps, 1])
    const { nodes } = await simplifiedGraph(programs.train, 4)
    expect(nodes.length / steps).toBeLessThan(most)
  })
})
