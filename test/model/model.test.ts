/** A model is a pure function of its weights, which are named, shaped and drawn as the spec says. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { lossFor, lossOfBatch } from '../../src/model/losses.js'
import { type ApplyOptions, buildModel } from '../../src/model/model.js'
import { expectClose, expectSameBits } from '../support/close.js'
import { kerasFixture } from '../support/keras.js'
import { expectSameInTfjs } from '../support/layers.js'
import { resolveLoss, resolveModel } from '../support/spec.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

const mlp = resolveModel([
  { type: 'Input', shape: [2, 3] },
  'Flatten',
  { type: 'Dense', units: 4, activation: 'relu', bias_initializer: 'ones' },
  { type: 'Dropout', rate: 0.5 },
  { type: 'Dense', units: 4, name: 'hidden', use_bias: false, kernel_initializer: 'he_normal' },
  { type: 'Dropout', rate: 0.25, name: 'rest' },
  { type: 'Dense', units: 2, activation: 'softmax' },
])

test('weights come layer by layer, kernel before bias', () => {
  const { weights, outputShape } = buildModel(mlp, { x: [2, 3] }, 1)
  expect(outputShape).toEqual([2])
  expect(weights.map(({ name, shape }) => [name, shape])).toEqual([
    ['dense/kernel', [6, 4]],
    ['dense/bias', [4]],
    ['hidden/kernel', [4, 4]],
    ['dense_1/kernel', [4, 2]],
    ['dense_1/bias', [2]],
  ])
  expect(weights.every(({ role }) => role === 'weight')).toBe(true)
})

test('initial weights follow the seed, and every weight has draws of its own', () => {
  const initial = (seed: number) => buildModel(mlp, { x: [2, 3] }, seed).weights.map(({ initial }) => initial())
  const [kernel, bias, hidden, output, outputBias] = initial(1)
  expect([...bias!]).toEqual([1, 1, 1, 1])
  expect([...outputBias!]).toEqual([0, 0])
  expect(hidden!.subarray(0, 8)).not.toEqual(output)
  for (const [index, values] of initial(1).entries()) expectSameBits(values, initial(1)[index]!)
  expect(initial(2)[0]).not.toEqual(kernel)
  const twice = buildModel(mlp, { x: [2, 3] }, 1).weights[0]!
  expectSameBits(twice.initial(), twice.initial())
})

test('each dropout has its own noise', () => {
  const { noise } = buildModel(mlp, { x: [2, 3] }, 1)
  expect(noise).toEqual([
    { kind: 'noise', name: 'dropout/noise', shape: [null, 4], stream: 0, distribution: { type: 'dropout', rate: 0.5 } },
    { kind: 'noise', name: 'rest/noise', shape: [null, 4], stream: 1, distribution: { type: 'dropout', rate: 0.25 } },
  ])
})

test('a training pass multiplies by its masks, an inference pass does not', () => {
  const model = buildModel(resolveModel([{ type: 'Dropout', rate: 0.5 }]), { x: [3] }, 1)
  tf.tidy(() => {
    const x = tf.tensor2d([1, 2, 3], [1, 3])
    const noise = { 'dropout/noise': tf.tensor2d([2, 0, 2], [1, 3]) }
    expect([...model.apply({ x }, {}, { noise }).output.dataSync()]).toEqual([2, 0, 6])
    expect([...model.apply({ x }, {}).output.dataSync()]).toEqual([1, 2, 3])
  })
})

test('a visitor sees the output of each layer, after its activation', () => {
  const model = buildModel(resolveModel([{ type: 'Dense', units: 2, activation: 'relu' }, 'Flatten']), { x: [1] }, 1)
  tf.tidy(() => {
    const seen: [string, number[]][] = []
    const weights = { 'dense/kernel': tf.tensor2d([1, -1], [1, 2]), 'dense/bias': tf.tensor1d([0, 0]) }
    const visit = (layer: string, output: tf.Tensor) => seen.push([layer, [...output.dataSync()]])
    model.apply({ x: tf.tensor2d([3], [1, 1]) }, weights, { visit })
    expect(seen).toEqual([
      ['dense', [3, 0]],
      ['flatten', [3, 0]],
    ])
  })
})

test('the input of the last activation is known, for losses', () => {
  const logitsOf = (...layers: unknown[]) => {
    const model = buildModel(resolveModel(layers), { x: [2] }, 1)
    return tf.tidy(() => model.apply({ x: tf.tensor2d([1, 2], [1, 2]) }, {}).logits?.activation)
  }
  const softmax = { type: 'Activation', activation: 'softmax' }
  expect(logitsOf(softmax)).toBe('softmax')
  expect(logitsOf(softmax, { type: 'Activation', activation: 'tanh' })).toBe('tanh')
  expect(logitsOf(softmax, { type: 'Reshape', target_shape: [2, 1] })).toBeUndefined()
  expect(logitsOf('Flatten')).toBeUndefined()
})

describe('a loss is from logits through layers that pass their input on, as in Keras', () => {
  test.each(kerasFixture('handed_on').cases)(
    '$layers',
    ({ layers, loss: type, shape, evaluation, training, ...given }) => {
      const sample = shape.slice(1)
      const model = buildModel(resolveModel(layers), { x: sample }, 1)
      const loss = lossFor(resolveLoss(type), sample)
      tf.tidy(() => {
        const target = tf.tensor(given.target, [...shape])
        const weights = { 'dense/kernel': tf.eye(4), 'dense/bias': tf.zeros([4]) }
        const mean = (options: ApplyOptions) =>
          tf.div(
            lossOfBatch(loss, target, model.apply({ x: tf.tensor(given.x, [...shape]) }, weights, options)),
            shape[0]!,
          )
        expectClose(mean({}).dataSync(), [evaluation], 'evaluation', { relative: 1e-5 })
        const noise = Object.fromEntries(model.noise.map(({ name }) => [name, tf.scalar(0.5)]))
        if (training !== null) expectClose(mean({ noise }).dataSync(), [training], 'training', { relative: 1e-5 })
        else expect(mean({ noise }).dataSync()[0]).toBeLessThan(MOST_CLIPPED)
      })
    },
  )

  /** The largest loss of a clipped probability: -log(1e-7) is 16.118. */
  const MOST_CLIPPED = 16.2
})

test('a whole model is saved for plain tfjs and loaded again, more than once', async () => {
  await expectSameInTfjs(mlp, [2, 3])
  await expectSameInTfjs(mlp, [2, 3])
})
