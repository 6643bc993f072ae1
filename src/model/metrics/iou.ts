/** Intersection over union of classes (keras/src/metrics/iou_metrics.py). */
import * as tf from '@tensorflow/tfjs-core'
import { type Shape, sizeOf } from '../../base/shape.js'
import { EPSILON } from '../normalized.js'
import { type Metric, type MetricOf, sumOf } from './metric.js'

const NEEDS = 'a target or an output of one of its classes'

/** Measures the classes 1 and 0, which a threshold tells apart. */
export function binaryIoU({ target_class_ids, threshold }: MetricOf<'binary_iou'>, output: Shape): Metric {
  return {
    target: 'fitting',
    parts: ['hits', 'yes', 'truths'],
    needs: NEEDS,
    sums(target, { output }) {
      const yes = tf.cast(tf.greaterEqual(output, threshold), 'float32')
      return { hits: tf.sum(tf.mul(yes, target)), yes: tf.sum(yes), truths: tf.sum(target) }
    },
    value({ hits, yes, truths }, samples) {
      const [overlap, one, other] = [hits![0]!, yes![0]!, truths![0]!]
      const all = samples * sizeOf(output)
      const union = one + other - overlap
      /** For classes 0 and 1. */
      const classes = [
        { both: all - union, either: all - overlap },
        { both: overlap, either: union },
      ]
      return meanIoU(target_class_ids.map((id) => classes[id]!))
    },
  }
}

/** Number of places in the intersection of target and output, and in their union, for one class. */
interface Overlap {
  readonly both: number
  readonly either: number
}

/** The mean over the classes that are there; NaN if none is, where Keras gives 0. */
function meanIoU(classes: readonly Overlap[]): number {
  const there = classes.filter(({ either }) => either > 0)
  if (there.length === 0) return Number.NaN
  return sumOf(there.map(({ both, either }) => both / (either + EPSILON))) / (there.length + EPSILON)
}

type Settings = MetricOf<'iou'> | MetricOf<'mean_iou'> | MetricOf<'one_hot_iou'> | MetricOf<'one_hot_mean_iou'>

/**
 * Measures several classes, one at each place. The sums have a number for each class: of the places that have it in target and
 * output (`hits`), in the output (`yes`), and in the target (`truths`). A place does not count if its class is ignored,
 * or if the class of the target or of the output is not among `num_classes`.
 */
export function classIoU(spec: Settings, output: Shape): Metric {
  const { sparse_y_pred, ignore_class } = spec
  const numbers = output.at(-1) ?? 1
  const classes = spec.num_classes ?? numbers
  const chosen = 'target_class_ids' in spec ? spec.target_class_ids : [...Array(classes).keys()]
  const isSparse = 'sparse_y_true' in spec && spec.sparse_y_true
  return {
    target: sparse_y_pred ? 'fitting' : isSparse ? 'class_index' : 'one_hot',
    parts: ['hits', 'yes', 'truths'],
    needs: NEEDS,
    problem: problemOf(spec, numbers, Math.max(...chosen), classes),
    sums(target, { output }) {
      const truth = sparse_y_pred || isSparse ? tf.cast(target, 'float32') : tf.argMax(target, -1)
      // as numbers become integers in Keras
      const found = sparse_y_pred ? tf.cast(output, 'int32') : tf.argMax(output, -1)
      const [truths, yes] = [hot(truth, classes), hot(found, classes)]
      const isKnown = (one: tf.Tensor) => tf.sum(one, -1, true)
      let counts = tf.mul(isKnown(truths), isKnown(yes))
      if (ignore_class !== null) {
        counts = tf.mul(
          counts,
          tf.cast(tf.notEqual(tf.reshape(tf.cast(truth, 'float32'), [-1, 1]), ignore_class), 'float32'),
        )
      }
      const all = (one: tf.Tensor) => tf.sum(tf.mul(one, counts), 0)
      return { hits: all(tf.mul(truths, yes)), yes: all(yes), truths: all(truths) }
    },
    value: ({ hits, yes, truths }) =>
      meanIoU(chosen.map((id) => ({ both: hits![id]!, either: yes![id]! + truths![id]! - hits![id]! }))),
  }
}

function problemOf({ sparse_y_pred, num_classes }: Settings, numbers: number, most: number, classes: number) {
  if (sparse_y_pred && numbers > 1) {
    return `takes the number of a class, found ${numbers} numbers; "sparse_y_pred": false takes the class of the largest`
  }
  if (sparse_y_pred && num_classes === null)
    return 'needs "num_classes", because the output has no number for each class'
  return most < classes ? undefined : `looks at class ${most}`
}

/** (places, classes): 1 at the class of each place; zeros for a number that is none of the classes. */
const hot = (classes: tf.Tensor, count: number): tf.Tensor =>
  tf.cast(
    tf.equal(tf.reshape(tf.cast(classes, 'float32'), [-1, 1]), tf.tensor2d([...Array(count).keys()], [1, count])),
    'float32',
  )
