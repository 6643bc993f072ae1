/** Metrics are Keras': for a batch, and over batches of different sizes. */
import * as tf from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import { metricFor } from '../../src/model/metrics.js'
import { encodeTarget } from '../../src/model/targets.js'
import { METRICS, type MetricName } from '../../src/spec/metrics.js'
import { expectClose } from '../support/close.js'
import { kerasFixture } from '../support/keras.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

const { cases, accuracy_means } = kerasFixture('metrics')
const names = Object.keys(METRICS) as MetricName[]

/** Keras' long name of every metric that has a shorter one. */
const ALIASES: Partial<Record<MetricName, MetricName>> = {
  acc: 'accuracy',
  mse: 'mean_squared_error',
  MSE: 'mean_squared_error',
  mae: 'mean_absolute_error',
  MAE: 'mean_absolute_error',
}

function perSample(name: MetricName, y_true: number[], trueShape: number[], y_pred: number[], predShape: number[]) {
  const { target, perSample } = metricFor(name, predShape.slice(1))
  return tf.tidy(() => {
    const truth = target === 'class_index' ? tf.tensor1d(y_true, 'int32') : tf.tensor(y_true, trueShape, 'float32')
    const values = perSample(truth, tf.tensor(y_pred, predShape, 'float32'))
    expect(values.shape).toEqual([predShape[0]])
    return Array.from(values.dataSync())
  })
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

test('every metric has fixtures, or is another name of one that has', () => {
  const known = new Set<MetricName>(['accuracy', ...cases.map(({ metric }) => metric)])
  expect(names.filter((name) => !known.has(ALIASES[name] ?? name))).toEqual([])
})

test.each(cases)('$metric is as in Keras', ({ metric, batches, result }) => {
  const all: number[] = []
  for (const { y_true, y_true_shape, y_pred, y_pred_shape, batch_result, result } of batches) {
    const values = perSample(metric, y_true, y_true_shape, y_pred, y_pred_shape)
    all.push(...values)
    expectClose([mean(values)], [batch_result], 'mean of the batch', { relative: 1e-6 })
    expectClose([mean(all)], [result], 'mean so far', { relative: 1e-6 })
  }
  expectClose([mean(all)], [result], 'mean of all', { relative: 1e-6 })
})

test.each(Object.entries(ALIASES))('%s is %s', (alias, name) => {
  for (const output of [[1], [4]]) expect(metricFor(alias as MetricName, output)).toEqual(metricFor(name, output))
})

/** Our labels are class numbers, so Keras' categorical accuracy on one-hot targets is sparse accuracy on them. */
test('accuracy means what it means in Keras, by the shape of the output', () => {
  for (const { y_pred_shape, metric } of accuracy_means) {
    const meaning = metric === 'BinaryAccuracy' ? 'binary_accuracy' : 'sparse_categorical_accuracy'
    expect(metricFor('accuracy', y_pred_shape.slice(1))).toBe(metricFor(meaning, y_pred_shape.slice(1)))
  }
})

test('sparse and categorical accuracy agree', () => {
  const labels = [3, 0, 1, 1]
  const prediction = [0.1, 0.2, 0.3, 0.4, 0.4, 0.4, 0.1, 0.1, 0.25, 0.25, 0.25, 0.25, 0, 1, 0, 0]
  const oneHot = tf.tidy(() => Array.from(encodeTarget(tf.tensor1d(labels, 'int32'), 'one_hot', 4).dataSync()))
  const sparse = perSample('sparse_categorical_accuracy', labels, [4], prediction, [4, 4])
  expect(sparse).toEqual([1, 1, 0, 1])
  expect(perSample('categorical_accuracy', oneHot, [4, 4], prediction, [4, 4])).toEqual(sparse)
})

test('more accuracy and less error are better', () => {
  for (const name of names) expect(metricFor(name, [4]).better).toBe(name.includes('acc') ? 'max' : 'min')
})
