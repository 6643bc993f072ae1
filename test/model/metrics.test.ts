/** Metrics are those of Keras, after each of several batches of different sizes. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
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

/** The value of a metric after each of these batches. */
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

test('every metric, or its other name, has fixtures', () => {
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
    // where nothing is true Keras has 0 of what has no value
    const isUndefined = UNDEFINED_WITHOUT_TRUTHS.includes(type) && batches.every(({ y_true }) => !y_true.some(Boolean))
    const expected = batches.map(({ result }) => (isUndefined ? Number.NaN : result))
    expectClose(valuesAfter(metric, batches), expected, 'after each batch', { relative: 1e-5, absolute: 1e-6 })
  },
)

const UNDEFINED_WITHOUT_TRUTHS = ['AUC', 'RecallAtPrecision']

/** Our labels are class numbers, so Keras' categorical accuracy on one-hot targets is sparse accuracy on them. */
test('the shape of the output decides which accuracy is used, as in Keras', () => {
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
    Array.from(
      encodeTarget(tf.tensor1d(labels, 'int32'), 'one_hot', [4], { kind: 'labels', classes: 4, shape: [] }).dataSync(),
    ),
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

describe('a target that never varies', () => {
  const truth = [1, 0, 2, 1, 0, 3, 1, 0, 5]
  const found = [1, 0.5, 2, 1, 0, 4, 1, 0, 5]
  const r2Of = (settings: object, y_true: number[], y_pred: number[], outputs: number) => {
    const shape = [y_true.length / outputs, outputs]
    return valuesAfter(metricFor(resolveMetric({ type: 'r2_score', ...settings }), [outputs]), [
      batch(y_true, shape, y_pred, shape),
    ])[0]
  }

  // sklearn.metrics.r2_score of scikit-learn 1.9.1
  test.each([
    [{}, 0.5952380952380952],
    [{ class_aggregation: 'variance_weighted_average' }, 0.7857142857142857],
  ])('has a score of 1 if it is met, else 0: %j', (settings, expected) => {
    expect(r2Of(settings, truth, found, 3)).toBeCloseTo(expected, 6)
  })

  test.each([{}, { class_aggregation: 'variance_weighted_average' }])(
    'so has each where none varies: %j',
    (settings) => {
      expect(r2Of(settings, [1, 0, 1, 0], [1, 0.5, 1, 0], 2)).toBe(0.5)
    },
  )

  test('whatever its squares round to', () => {
    const constant = Array.from({ length: 300 }, () => 0.1)
    expect(r2Of({}, constant, constant, 1)).toBe(1)
    expect(r2Of({}, constant, constant.with(0, 0.2), 1)).toBe(0)
  })
})

describe('without anything to measure a metric is NaN over all batches, with a message', () => {
  const zeros = batch([0, 0, 0], [3, 1], [0.2, 0.7, 0.9], [3, 1])
  const ones = batch([1, 1, 1], [3, 1], [0.2, 0.7, 0.9], [3, 1])
  const silent = batch([1, 0, 1], [3, 1], [0.2, 0.1, 0.3], [3, 1])
  const both = 'targets that are 1 and targets that are 0'

  test.each<[object, Batch, string]>([
    [{ type: 'auc' }, zeros, both],
    [{ type: 'auc' }, ones, both],
    [{ type: 'auc', multi_label: true }, ones, `${both} for each label`],
    [{ type: 'auc', label_weights: [0.1] }, ones, both],
    [{ type: 'auc', curve: 'PR' }, zeros, 'a target that is 1'],
    [{ type: 'auc', curve: 'PR', summation_method: 'minoring' }, zeros, 'a target that is 1'],
    [{ type: 'auc', curve: 'PRGAIN' }, zeros, both],
    [{ type: 'auc', curve: 'PRGAIN' }, ones, both],
    [{ type: 'recall' }, zeros, 'a target that is 1'],
    [{ type: 'precision' }, silent, 'a positive prediction'],
    [{ type: 'sensitivity_at_specificity', specificity: 0 }, zeros, both],
    [{ type: 'sensitivity_at_specificity', specificity: 0.5 }, ones, both],
    [{ type: 'specificity_at_sensitivity', sensitivity: 0.5 }, zeros, both],
    [{ type: 'specificity_at_sensitivity', sensitivity: 0.5 }, ones, both],
    [{ type: 'precision_at_recall', recall: 0.5 }, zeros, 'a target that is 1'],
    [{ type: 'recall_at_precision', precision: 0.5 }, zeros, 'a target that is 1'],
    [{ type: 'f1_score', threshold: 0.95 }, zeros, 'a target that is 1, or a positive prediction'],
    [{ type: 'f1_score', average: 'micro', threshold: 0.95 }, zeros, 'a target that is 1, or a positive prediction'],
    [{ type: 'fbeta_score', average: 'weighted', threshold: 0.5 }, zeros, 'a target that is 1'],
    [
      { type: 'binary_iou', target_class_ids: [1], threshold: 0.95 },
      zeros,
      'a target or an output of one of its classes',
    ],
  ])('%j', (spec, one, needs) => {
    const metric = metricFor(resolveMetric(spec), [1])
    expect(metric.needs).toBe(needs)
    expect(valuesAfter(metric, [one, one])).toEqual([Number.NaN, Number.NaN])
    const other = one === zeros ? ones : zeros
    expect(valuesAfter(metric, [one, one === silent ? ones : other])[1]).not.toBeNaN()
  })

  test.each<[object, Batch, number]>([
    [{ type: 'precision' }, zeros, 0],
    [{ type: 'recall' }, silent, 0],
    [{ type: 'auc', curve: 'PR' }, ones, 1],
    [{ type: 'precision_at_recall', recall: 0.5 }, ones, 1],
    [{ type: 'recall_at_precision', precision: 1 }, silent, 1],
    [{ type: 'precision_at_recall', recall: 0, num_thresholds: 3 }, silent, 2 / 3],
    [{ type: 'f1_score', threshold: 0.5 }, zeros, 0],
    [{ type: 'binary_iou', threshold: 0.95 }, zeros, 1],
  ])('%j of %j has a value', (spec, one, value) => {
    expect(valuesAfter(metricFor(resolveMetric(spec), [1]), [one])[0]).toBeCloseTo(value, 5)
  })
})

test('intersection over union is NaN if none of its classes is there', () => {
  const metric = metricFor(resolveMetric({ type: 'iou', target_class_ids: [2], sparse_y_pred: false }), [3])
  const without = batch([0, 1], [2], [0.9, 0.1, 0, 0.2, 0.7, 0.1], [2, 3])
  expect(valuesAfter(metric, [without])).toEqual([Number.NaN])
  expect(metric.needs).toBe('a target or an output of one of its classes')
})

test('the better direction is that of Keras', () => {
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
  [{ type: 'auc', multi_label: true }, [2, 3], 'needs one vector for each sample, for multi_label'],
  [
    'mean_iou',
    [2, 4],
    'takes the number of a class, found 4 numbers; "sparse_y_pred": false takes the class of the largest',
  ],
  ['mean_iou', [2, 1], 'needs "num_classes", because the output has no number for each class'],
  [{ type: 'one_hot_iou', target_class_ids: [0, 4] }, [4], 'looks at class 4'],
  [{ type: 'iou', target_class_ids: [2], num_classes: 2, sparse_y_pred: false }, [4], 'looks at class 2'],
  ['f1_score', [2, 3], 'needs one vector for each sample'],
  ['r2_score', [2, 3], 'needs one vector for each sample'],
  [{ type: 'categorical_focal_crossentropy', alpha: [0.5, 0.5] }, [3], 'has alpha for 2 classes'],
])('%j cannot measure an output of %j', (spec, output, problem) => {
  expect(metricFor(resolveMetric(spec), output).problem).toBe(problem)
})
