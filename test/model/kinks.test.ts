/** Where a slope jumps, at ties, edges and 0, gradients are those of Keras on TensorFlow. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { ACTIVATIONS } from '../../src/model/activations.js'
import { abs, clipped, largest, selu } from '../../src/model/kinks.js'
import { lossFor, lossOfBatch } from '../../src/model/losses.js'
import { buildModel } from '../../src/model/model.js'
import { penaltyOf } from '../../src/model/regularizers.js'
import type { ActivationName } from '../../src/spec/activations.js'
import { regularizer as schemaOf } from '../../src/spec/regularizers.js'
import { expectClose, largest as largestOf } from '../support/close.js'
import { kerasFixture } from '../support/keras.js'
import { checkLayerCase } from '../support/layers.js'
import { resolveLoss, resolveModel } from '../support/spec.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()
buildModel(resolveModel([{ type: 'Dense', units: 1 }]), [1], 0) // brings tfjs' gradients

const { operations, points, factors, activations, layers, losses, regularizers } = kerasFixture('kinks')

type Operation = (...given: tf.Tensor[]) => tf.Tensor

function gradientsOf(operation: Operation, given: readonly number[][]): number[][] {
  const f = (...x: tf.Tensor[]) => tf.sum(operation(...x))
  return tf.tidy(() =>
    tf
      .grads(f)(given.map((x) => tf.tensor1d(x)))
      .map((dx) => [...dx.dataSync()]),
  )
}

/** What tfjs has under TensorFlow's name. */
const inTfjs = (name: string): Operation =>
  name === 'clipByValue' ? (x) => tf.clipByValue(x!, 0, 6) : (tf as unknown as Record<string, Operation>)[name]!

const expectGradients = (found: readonly number[][], expected: readonly number[][]) => {
  expect(found.length).toBe(expected.length)
  for (const [index, one] of expected.entries()) {
    expectClose(found[index]!, one, `argument ${index}`, { relative: 1e-5, absolute: 1e-9 })
  }
}

describe('an operation of tfjs', () => {
  const differs = operations.filter(({ name, given, gradients }) => {
    try {
      expectGradients(gradientsOf(inTfjs(name), given), gradients)
      return false
    } catch {
      return true
    }
  })

  test('has the slopes of TensorFlow, but for five', () => {
    expect(differs.map(({ name }) => name)).toEqual(['abs', 'relu6', 'selu', 'max', 'min'])
  })

  test('that has others is in no formula that is differentiated', () => {
    const folder = join(import.meta.dirname, '../../src/model')
    // metrics and constraints have no gradient; the formulas of RBMs have gradients of their own
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !/^(metrics|rbm)\/|^(kinks|constraints)\.ts$/.test(file),
    )
    const used = files.flatMap((file) => {
      const text = readFileSync(join(folder, file), 'utf8')
      return differs.filter(({ name }) => text.includes(`tf.${name}(`)).map(({ name }) => `${file}: ${name}`)
    })
    expect(used).toEqual([])
  })

  const OURS: Readonly<Record<string, Operation>> = {
    abs: (x) => abs(x!),
    relu6: (x) => clipped(x!, 0, 6),
    selu: (x) => selu(x!),
    max: (x) => largest(x!),
  }
  test.each(Object.keys(OURS))('%s is ours in its place', (name) => {
    const { given, gradients } = operations.find((operation) => operation.name === name)!
    expectGradients(gradientsOf(OURS[name]!, given), gradients)
  })
})

test.each(activations)('activation $name', ({ name, gradient }) => {
  const weighted = (x: tf.Tensor) => tf.mul(ACTIVATIONS[name as ActivationName].apply(x), tf.tensor1d(factors))
  const [found] = gradientsOf((x) => weighted(x!), [points])
  expectClose(found!, gradient, name, { relative: 1e-4, absolute: 1e-6 })
})

test.each(layers)('$layer.type $layer: $name', checkLayerCase)

test.each(losses)('loss $loss $settings', ({ loss: type, settings, ...given }) => {
  const loss = lossFor(resolveLoss({ type, ...settings }), given.y_pred_shape.slice(1))
  tf.tidy(() => {
    const isLabels = given.y_true_shape.length === 1
    const target = tf.tensor(given.y_true, [...given.y_true_shape], isLabels ? 'int32' : 'float32')
    const mean = (output: tf.Tensor) => tf.div(lossOfBatch(loss, target, { output }), given.y_pred_shape[0]!)
    const prediction = tf.tensor(given.y_pred, [...given.y_pred_shape], 'float32')
    expectClose(mean(prediction).dataSync(), [given.mean], 'mean', { relative: 1e-5, absolute: 1e-6 })
    const gradient = tf
      .grad(mean as (x: tf.Tensor) => tf.Scalar)(prediction)
      .dataSync()
    const absolute = 2e-6 * Math.max(1e-3, largestOf(given.gradient))
    expectClose(gradient, given.gradient, 'gradient', { relative: 1e-5, absolute })
  })
})

test.each(regularizers)('$regularizer', ({ regularizer, shape, x, gradient }) => {
  const penalty = penaltyOf(schemaOf('').parse(regularizer))!
  tf.tidy(() => {
    const found = tf
      .grad((x) => penalty(x))(tf.tensor(x, [...shape]))
      .dataSync()
    expectClose(found, gradient, 'gradient', { relative: 1e-4, absolute: 1e-7 })
  })
})
