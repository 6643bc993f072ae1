/** Metrics are Keras': over batches of different sizes, after each of them. */
import * as tf from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import type { Metric } from '../../src/model/metrics/metric.js'
import { metricFor } from '../../src/model/metrics/registry.js'
import { encodeTarget } from '../../src/model/targets.js'
import { betterOf, METRICS } from '../../src/spec/metrics.js'
import { expectClose } from '../support/close.js'
import { type Fixtures, kerasFixture } from '../support/keras.js'
import { metricTypes, resolveMetric } from '../support/spec.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

const { cases, accuracy_means } = kerasFixture('metrics')
const { cases: runs, directions } = kerasFixture('metric_runs')

type Batch = Omit<Fixtures['metric_runs']['cases'][number]['batches'][number], 'result'>

/** What a metric of these batches comes to after each of them. */
function valuesAfter(metric: Metric, batches: readonly Batch[]): number[] {
  const totals: Record<string, Float64Array> = {}
  let samples = 0
  return batches.map(({ y_true, y_true_shape, y_pred, y_pred_shape }) => {
    tf.tidy(() => {
      const rank = y_pred_shape.length
      const truth =
        metric.target === 'class_index'
          ? tf.tensor(y_true, y_true_shape.slice(0, rank - 1), 'int32')
          : tf.tensor(y_true, y_true_shape, 'float32')
      const sums = metric.sums(truth, { output: tf.tensor(y_pred, y_pred_shape, 'float32') })
      expect(Object.keys(sums)).toEqual(metric.parts)
      for (const [part, sum] of Object.entries(sums)) {
        const values = sum.dataSync()
        const total = totals[part] ?? new Float64Array(values.length)
        totals[part] = total.map((before, index) => before + values[index]!)
      }
    })
    samples += y_pred_shape[0]!
    return metric.value(totals, samples)
  })
}

test('every metric has fixtures, or is one of those that have', () => {
  const known = [...cases, ...runs].map(({ metric }) => typeOf(metric))
  expect(metricTypes.filter((type) => !known.includes(type))).toEqual(['accuracy', 'crossentropy'])
})

/** Ours, of a class or a function of Keras. */
const typeOf = (name: string) => METRICS.find(({ type, aliases }) => [type, ...aliases].includes(name))!.type

test.each([...cases.map((one) => ({ ...one, settings: {} })), ...runs])(
  '$metric with $settings is as in Keras',
  ({ metric: type, settings, batches }) => {
    const metric = metricFor(resolveMetric({ type, ...settings }), batches[0]!.y_pred_shape.slice(1))
    expect(metric.problem).toBeUndefined()
    const expected = batches.map(({ result }) => result)
    expectClose(valuesAfter(metric, batches), expected, 'after each batch', { relative: 1e-5, absolute: 1e-6 })
  },
)

/** Our labels are class numbers, so Keras' categorical accuracy on one-hot targets is sparse accuracy on them. */
test('accuracy means what it means in Keras, by the shape of the output', () => {
  for (const { y_pred_shape, metric } of accuracy_means) {
    const wanted = metricFor(resolveMetric('accuracy'), y_pred_shape.slice(1)).target
    expect(wanted).toBe(metric === 'BinaryAccuracy' ? 'fitting' : 'class_index')
  }
})

const batch = (y_true: number[], y_true_shape: number[], y_pred: number[], y_pred_shape: number[]): Batch => ({
  y_true,
  y_true_shape,
  y_pred,
  y_pred_shape,
})

test('sparse and categorical accuracy agree', () => {
  const labels = [3, 0, 1, 1]
  const prediction = [0.1, 0.2, 0.3, 0.4, 0.4, 0.4, 0.1, 0.1, 0.25, 0.25, 0.25, 0.25, 0, 1, 0, 0]
  const oneHot = tf.tidy(() =>
    Array.from(encodeTarget(tf.tensor1d(labels, 'int32'), 'one_hot', [4], { kind: 'labels', classes: 4 }).dataSync()),
  )
  const sparse = metricFor(resolveMetric('sparse_categorical_accuracy'), [4])
  expect(valuesAfter(sparse, [batch(labels, [4], prediction, [4, 4])])).toEqual([0.75])
  const categorical = metricFor(resolveMetric('categorical_accuracy'), [4])
  expect(valuesAfter(categorical, [batch(oneHot, [4, 4], prediction, [4, 4])])).toEqual([0.75])
})

test('a mean with a value that is undefined is NaN, and its sums are finite', () => {
  const metric = metricFor(resolveMetric('pearson_correlation'), [2])
  expect(valuesAfter(metric, [batch([1, 0, 0, 1], [2, 2], [0.5, 0.5, 0, 1], [2, 2])])).toEqual([Number.NaN])
  tf.tidy(() => {
    const sums = metric.sums(tf.tensor2d([1, 0], [1, 2]), { output: tf.tensor2d([0.5, 0.5], [1, 2]) })
    expect(Object.values(sums).map((sum) => sum.dataSync()[0])).toEqual([0, 1])
  })
})

test('which way is better is as in Keras', () => {
  const better = { up: 'max', down: 'min', null: null } as const
  for (const [kind, direction] of Object.entries(directions)) {
    const type = typeOf(kind)
    expect(betterOf('m', [{ type, name: 'm' }]), kind).toBe(better[String(direction) as keyof typeof better])
  }
  expect(betterOf('val_loss', [])).toBe('min')
})

test.each([
  [{ type: 'precision', class_id: 4 }, [4], 'looks at class 4'],
  [{ type: 'auc', label_weights: [1, 2] }, [3], 'has 2 label_weights'],
  [{ type: 'auc', multi_label: true }, [2, 3], 'needs a vector of each sample for multi_label'],
  ['f1_score', [2, 3], 'needs a vector of each sample'],
  ['r2_score', [2, 3], 'needs a vector of each sample'],
  [{ type: 'categorical_focal_crossentropy', alpha: [0.5, 0.5] }, [3], 'has alpha for 2 classes'],
])('%j cannot measure an output of %j', (spec, output, problem) => {
  expect(metricFor(resolveMetric(spec), output).problem).toBe(problem)
})
