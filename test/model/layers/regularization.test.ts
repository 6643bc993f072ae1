/** Noise layers: the mean and the deviation of their outputs. */
import * as tf from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import { drawNoise } from '../../../src/base/noise.js'
import { PURPOSE, RandomStream } from '../../../src/base/philox.js'
import { buildModel } from '../../../src/model/model.js'
import { resolveModel } from '../../support/spec.js'
import { expectNoTensorLeaks } from '../../support/tensors.js'

expectNoTensorLeaks()

const COUNT = 40_000

/** Mean and standard deviation of what a layer makes of these numbers in training. */
function through(layer: object, x: Float32Array) {
  const model = buildModel(resolveModel([layer]), { x: [COUNT] }, 0)
  const given = model.noise.map(({ name, stream, distribution }) => {
    const key = { seed: 1, purpose: PURPOSE.noise, stream, step: 0 }
    return [name, tf.tensor(drawNoise(distribution, key, COUNT), [1, COUNT])] as const
  })
  const values = tf.tidy(() => {
    const { output } = model.apply({ x: tf.tensor(x, [1, COUNT]) }, {}, { noise: Object.fromEntries(given) })
    return output.dataSync<'float32'>()
  })
  tf.dispose(given.map(([, tensor]) => tensor))
  const mean = values.reduce((sum, value) => sum + value, 0) / COUNT
  return { mean, deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / COUNT), values }
}

const WITHIN = 5 / Math.sqrt(COUNT)

test('GaussianNoise adds a normal number of its deviation to each element', () => {
  const { mean, deviation, values } = through({ type: 'GaussianNoise', stddev: 0.5 }, new Float32Array(COUNT).fill(3))
  expect(Math.abs(mean - 3)).toBeLessThan(0.5 * WITHIN)
  expect(Math.abs(deviation - 0.5)).toBeLessThan(0.5 * WITHIN)
  const within = (deviations: number) => values.filter((value) => Math.abs(value - 3) < 0.5 * deviations).length / COUNT
  expect(Math.abs(within(1) - 0.6827)).toBeLessThan(WITHIN)
  expect(Math.abs(within(2) - 0.9545)).toBeLessThan(WITHIN)
})

test('GaussianDropout multiplies by one of mean 1 and the deviation of dropout', () => {
  const { mean, deviation } = through({ type: 'GaussianDropout', rate: 0.2 }, new Float32Array(COUNT).fill(1))
  expect(Math.abs(mean - 1)).toBeLessThan(WITHIN)
  expect(Math.abs(deviation - 0.5)).toBeLessThan(WITHIN)
})

test('AlphaDropout keeps mean 0 and deviation 1', () => {
  const random = new RandomStream({ seed: 2, purpose: PURPOSE.sample, stream: 0, step: 0 })
  const normal = Float32Array.from({ length: COUNT }, () => random.normal())
  const { mean, deviation } = through({ type: 'AlphaDropout', rate: 0.3 }, normal)
  expect(Math.abs(mean)).toBeLessThan(2 * WITHIN)
  expect(Math.abs(deviation - 1)).toBeLessThan(2 * WITHIN)
})
