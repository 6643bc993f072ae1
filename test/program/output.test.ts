/** Loss and metrics of an output: keys, sums, and the effect of class weights. */
import * as tf from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import type { Mode } from '../../src/base/mode.js'
import { type ClassWeights, measureOutput, type OutputOptions } from '../../src/program/output.js'
import { expectClose } from '../support/close.js'
import { resolveSpec } from '../support/spec.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

const options = (rest: Record<string, unknown> = {}, prefix = ''): OutputOptions => {
  const { loss, metrics, fit } = resolveSpec({ layers: ['Flatten'], ...rest })
  return {
    prefix,
    shape: [3],
    target: { kind: 'labels', classes: 3, shape: [] },
    loss: loss!,
    metrics,
    classWeight: fit.class_weight as ClassWeights | null,
  }
}

const LABELS = [0, 2, 1]
const OUTPUT = [0.6, 0.3, 0.1, 0.2, 0.2, 0.6, 0.5, 0.25, 0.25]

/** Everything that one batch comes to; `mask` has a flag for each sample. */
function measured(given: OutputOptions, mode: Mode, mask?: readonly boolean[], weights?: readonly number[]) {
  const output = measureOutput({ ...given, masked: mask !== undefined })
  return tf.tidy(() => {
    const prediction = { output: tf.tensor2d(OUTPUT, [3, 3]), mask: mask && tf.tensor1d([...mask], 'bool') }
    const sums = output.sums({
      given: tf.tensor1d(LABELS, 'int32'),
      prediction,
      mode,
      weights: weights && tf.tensor1d([...weights]),
    })
    expect(Object.keys(sums)).toEqual(output.measured.flatMap(({ outputs }) => outputs))
    const totalOf = (name: string) => Float64Array.from(sums[name]!.dataSync())
    return Object.fromEntries(
      output.measured.map(({ key, outputs, value }) => [key, value(outputs.map(totalOf), LABELS.length)]),
    )
  })
}

const crossentropies = [0.6, 0.6, 0.25].map((p) => -Math.log(p))

test('the loss comes first, and every key starts with the prefix', () => {
  const given = { loss: 'categorical_crossentropy', metrics: ['acc', { type: 'AUC', name: 'area' }, 'poisson'] }
  const keys = (prefix: string) => measureOutput(options(given, prefix)).measured.map(({ key }) => key)
  expect(keys('')).toEqual(['loss', 'acc', 'area', 'poisson'])
  expect(keys('digit_')).toEqual(['digit_loss', 'digit_acc', 'digit_area', 'digit_poisson'])
})

test('values are means over samples, or are computed from counts', () => {
  const metrics = ['acc', 'Precision', { type: 'Recall', thresholds: 0.55 }, 'categorical_crossentropy']
  const found = measured(options({ loss: 'ce', metrics }), 'training')
  const mean = crossentropies.reduce((sum, one) => sum + one) / 3
  const expected = { loss: mean, acc: 2 / 3, Precision: 1, Recall: 2 / 3, categorical_crossentropy: mean }
  expect(Object.keys(found)).toEqual(Object.keys(expected))
  expectClose(Object.values(found), Object.values(expected), 'values', { relative: 1e-6 })
})

test('class weights count in the loss of training, divided by the batch, and nowhere else', () => {
  const given = options({
    loss: 'sparse_categorical_crossentropy',
    metrics: ['acc', 'ce'],
    fit: { class_weight: { 0: 3, 1: 0.5 } },
  })
  const [first, second, third] = crossentropies as [number, number, number]
  const plain = (first + second + third) / 3
  const training = measured(given, 'training')
  expectClose(Object.values(training), [(3 * first + second + 0.5 * third) / 3, 2 / 3, plain], 'training', {
    relative: 1e-6,
  })
  expectClose(Object.values(measured(given, 'evaluation')), [plain, 2 / 3, plain], 'evaluation', { relative: 1e-6 })
})

test('weights of samples multiply those of classes, in every loss and in no metric', () => {
  const given = options({ loss: 'ce', metrics: ['acc', 'ce'], fit: { class_weight: { 0: 3, 1: 0.5 } } })
  const [first, second, third] = crossentropies as [number, number, number]
  const weights = [0.5, 0, 4]
  const others = [2 / 3, (first + second + third) / 3]
  const training = Object.values(measured(given, 'training', undefined, weights))
  expectClose(training, [(1.5 * first + 2 * third) / 3, ...others], 'training', { relative: 1e-6 })
  const evaluation = Object.values(measured(given, 'evaluation', undefined, weights))
  expectClose(evaluation, [(0.5 * first + 4 * third) / 3, ...others], 'evaluation', { relative: 1e-6 })
})

test('the loss alone is the first of the sums', () => {
  const output = measureOutput(options({ loss: 'dice', metrics: ['acc'], fit: { class_weight: { 2: 4 } } }))
  tf.tidy(() => {
    const prediction = { output: tf.tensor2d(OUTPUT, [3, 3]) }
    const batch = { given: tf.tensor1d(LABELS, 'int32'), prediction, mode: 'training' as const }
    expect(output.loss(batch).dataSync()).toEqual(output.sums(batch).loss!.dataSync())
  })
})

const MASKED = {
  loss: 'sparse_categorical_crossentropy',
  metrics: ['acc', 'ce', 'RootMeanSquaredError', 'Precision'],
  fit: { class_weight: { 0: 3, 1: 0.5 } },
}

test('masked elements count neither in the loss nor in a mean; a root and counts ignore the mask', () => {
  const [first, , third] = crossentropies as [number, number, number]
  const { loss, acc, ce, ...others } = measured(options(MASKED), 'training', [true, false, true])
  const { loss: ofEvaluation } = measured(options(MASKED), 'evaluation', [true, false, true])
  expectClose([loss!, ofEvaluation!], [(3 * first + 0.5 * third) / 2, (first + third) / 2], 'losses', {
    relative: 1e-6,
  })
  expectClose([acc!, ce!], [1 / 2, (first + third) / 2], 'means', { relative: 1e-6 })
  const { RootMeanSquaredError, Precision } = measured(options(MASKED), 'training')
  expect(others).toEqual({ RootMeanSquaredError, Precision })
})

test('in a batch with all elements masked the loss is 0 and a mean is NaN', () => {
  const { loss, acc } = measured(options(MASKED), 'training', [false, false, false])
  expect([loss, acc]).toEqual([0, Number.NaN])
  const { loss: whole } = measured(options({ loss: 'dice' }), 'training', [false, false, false])
  expect(whole).toBe(0)
})
