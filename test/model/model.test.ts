/** A model is a pure function of its weights, which are named, shaped and drawn as the spec says. */
import * as tf from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import { buildModel } from '../../src/model/model.js'
import { expectSameBits } from '../support/close.js'
import { expectSameInTfjs } from '../support/layers.js'
import { resolveModel } from '../support/spec.js'
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
  const { weights, outputShape } = buildModel(mlp, [2, 3], 1)
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
  const initial = (seed: number) => buildModel(mlp, [2, 3], seed).weights.map(({ initial }) => initial())
  const [kernel, bias, hidden, output, outputBias] = initial(1)
  expect([...bias!]).toEqual([1, 1, 1, 1])
  expect([...outputBias!]).toEqual([0, 0])
  expect(hidden!.subarray(0, 8)).not.toEqual(output)
  for (const [index, values] of initial(1).entries()) expectSameBits(values, initial(1)[index]!)
  expect(initial(2)[0]).not.toEqual(kernel)
  const twice = buildModel(mlp, [2, 3], 1).weights[0]!
  expectSameBits(twice.initial(), twice.initial())
})

test('each dropout has noise of its own', () => {
  const { noise } = buildModel(mlp, [2, 3], 1)
  expect(noise).toEqual([
    { kind: 'noise', name: 'dropout/noise', shape: [null, 4], stream: 0, distribution: { type: 'dropout', rate: 0.5 } },
    { kind: 'noise', name: 'rest/noise', shape: [null, 4], stream: 1, distribution: { type: 'dropout', rate: 0.25 } },
  ])
})

test('a training pass multiplies by its masks, an inference pass does not', () => {
  const model = buildModel(resolveModel([{ type: 'Dropout', rate: 0.5 }]), [3], 1)
  tf.tidy(() => {
    const x = tf.tensor2d([1, 2, 3], [1, 3])
    const noise = { 'dropout/noise': tf.tensor2d([2, 0, 2], [1, 3]) }
    expect([...model.apply(x, {}, { noise }).output.dataSync()]).toEqual([2, 0, 6])
    expect([...model.apply(x, {}).output.dataSync()]).toEqual([1, 2, 3])
  })
})

test('a visitor sees what each layer gives, after its activation', () => {
  const model = buildModel(resolveModel([{ type: 'Dense', units: 2, activation: 'relu' }, 'Flatten']), [1], 1)
  tf.tidy(() => {
    const seen: [string, number[]][] = []
    const weights = { 'dense/kernel': tf.tensor2d([1, -1], [1, 2]), 'dense/bias': tf.tensor1d([0, 0]) }
    const visit = (layer: string, output: tf.Tensor) => seen.push([layer, [...output.dataSync()]])
    model.apply(tf.tensor2d([3], [1, 1]), weights, { visit })
    expect(seen).toEqual([
      ['dense', [3, 0]],
      ['flatten', [3, 0]],
    ])
  })
})

test('what the last activation was made from is known, for losses', () => {
  const logitsOf = (...layers: unknown[]) => {
    const model = buildModel(resolveModel(layers), [2], 1)
    return tf.tidy(() => model.apply(tf.tensor2d([1, 2], [1, 2]), {}).logits?.activation)
  }
  const softmax = { type: 'Activation', activation: 'softmax' }
  expect(logitsOf(softmax)).toBe('softmax')
  expect(logitsOf(softmax, { type: 'Activation', activation: 'tanh' })).toBe('tanh')
  expect(logitsOf(softmax, { type: 'Reshape', target_shape: [2, 1] })).toBeUndefined()
  expect(logitsOf('Flatten')).toBeUndefined()
})

test('a whole model goes to plain tfjs and back, more than once', async () => {
  await expectSameInTfjs(mlp, [2, 3])
  await expectSameInTfjs(mlp, [2, 3])
})
