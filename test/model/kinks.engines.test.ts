/** At points where a slope jumps (ties, edges and 0), gradients are those of Keras on TensorFlow. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { ACTIVATION_FUNCTIONS } from '../../src/model/activations.js'
import { abs, clipped, largest, selu } from '../../src/model/kinks.js'
import { lossFor, lossOfBatch } from '../../src/model/losses.js'
import { buildModel } from '../../src/model/model.js'
import { penaltyOf } from '../../src/model/regularizers.js'
import type { ActivationName } from '../../src/spec/activations.js'
import { regularizer } from '../../src/spec/regularizers.js'
import { expectClose, largestMagnitude } from '../support/close.js'
import { kerasFixture } from '../support/keras.js'
import { expectOnEveryEngine } from '../support/kernels.js'
import { checkLayerCase } from '../support/layers.js'
import { resolveLoss, resolveModel } from '../support/spec.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()
buildModel(resolveModel([{ type: 'Dense', units: 1 }]), { x: [1] }, 0) // brings tfjs' gradients

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

/** Operations of tfjs, by TensorFlow's names. */
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

  test('has the slopes of TensorFlow, except for five', () => {
    expect(differs.map(({ name }) => name)).toEqual(['abs', 'relu6', 'selu', 'max', 'min'])
  })

  test('with other slopes is in no differentiated formula', () => {
    const folder = join(import.meta.dirname, '../../src/model')
    // metrics and constraints have no gradient; the formulas of RBMs and of CTC have gradients of their own
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !/^(metrics|rbm)\/|^(kinks|constraints|ctc)\.ts$/.test(file),
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
  test.each(Object.keys(OURS))('%s is replaced by ours', (name) => {
    const { given, gradients } = operations.find((operation) => operation.name === name)!
    expectGradients(gradientsOf(OURS[name]!, given), gradients)
  })
})

test.each(activations)('activation $name', ({ name, gradient }) => {
  const weighted = (x: tf.Tensor) => tf.mul(ACTIVATION_FUNCTIONS[name as ActivationName].apply(x), tf.tensor1d(factors))
  const [found] = gradientsOf((x) => weighted(x!), [points])
  expectClose(found!, gradient, name, { relative: 1e-4, absolute: 1e-6 })
})

test.each(layers)('$layer.type $layer: $name', checkLayerCase)

/** The mean over a batch, of its predictions. */
function meanLoss({ loss: type, settings, y_true, y_true_shape, y_pred_shape }: (typeof losses)[number]) {
  const loss = lossFor(resolveLoss({ type, ...settings }), y_pred_shape.slice(1))
  const isLabels = y_true_shape.length === 1
  return (output: tf.Tensor): tf.Tensor => {
    const target = tf.tensor(y_true, [...y_true_shape], isLabels ? 'int32' : 'float32')
    return tf.div(lossOfBatch(loss, target, { output }), y_pred_shape[0]!)
  }
}

test.each(losses)('loss $loss $settings', (given) => {
  const mean = meanLoss(given)
  tf.tidy(() => {
    const prediction = tf.tensor(given.y_pred, [...given.y_pred_shape], 'float32')
    expectClose(mean(prediction).dataSync(), [given.mean], 'mean', { relative: 1e-5, absolute: 1e-6 })
    const gradient = tf
      .grad(mean as (x: tf.Tensor) => tf.Scalar)(prediction)
      .dataSync()
    const absolute = 2e-6 * Math.max(1e-3, largestMagnitude(given.gradient))
    expectClose(gradient, given.gradient, 'gradient', { relative: 1e-5, absolute })
  })
})

test.each(regularizers)('$regularizer', ({ regularizer: given, shape, x, gradient }) => {
  const penalty = penaltyOf(regularizer('').parse(given))!
  tf.tidy(() => {
    const found = tf
      .grad((x) => penalty(x))(tf.tensor(x, [...shape]))
      .dataSync()
    expectClose(found, gradient, 'gradient', { relative: 1e-4, absolute: 1e-7 })
  })
})

test('every engine has these slopes', async () => {
  const functions: Record<
    string,
    { readonly f: Operation; readonly x: number[]; readonly shape: readonly number[]; readonly gradient: number[] }
  > = {
    ...Object.fromEntries(
      activations.map(({ name, gradient }) => {
        const f: Operation = (x) => tf.mul(ACTIVATION_FUNCTIONS[name as ActivationName].apply(x!), tf.tensor1d(factors))
        return [name, { f, x: points, shape: [points.length], gradient }]
      }),
    ),
    ...Object.fromEntries(
      losses.map((given, index) => {
        const { loss, y_pred: x, y_pred_shape: shape, gradient } = given
        return [`${loss} ${index}`, { f: meanLoss(given) as Operation, x, shape, gradient }]
      }),
    ),
    ...Object.fromEntries(
      regularizers.map(({ regularizer: given, ...rest }, index) => [
        `${given.type} ${index}`,
        { f: penaltyOf(regularizer('').parse(given)) as Operation, ...rest },
      ]),
    ),
  }
  const names = Object.keys(functions)
  await expectOnEveryEngine(
    (operands) =>
      Object.fromEntries(names.map((name) => [name, tf.grad((x) => tf.sum(functions[name]!.f(x)))(operands[name]!)])),
    Object.fromEntries(names.map((name) => [name, { shape: functions[name]!.shape, values: functions[name]!.x }])),
    {
      expected: Object.fromEntries(names.map((name) => [name, functions[name]!.gradient])),
      tolerance: { relative: 1e-4, absolute: 1e-5 },
    },
  )
})
