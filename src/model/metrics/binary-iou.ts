/** Intersection over union of the classes 1 and 0 (keras/src/metrics/iou_metrics.py, `BinaryIoU`). */
import * as tf from '@tensorflow/tfjs-core'
import { type Shape, sizeOf } from '../../base/shape.js'
import { EPSILON } from '../normalized.js'
import { type Metric, type MetricOf, sumOf } from './metric.js'

export function binaryIoU({ target_class_ids, threshold }: MetricOf<'binary_iou'>, output: Shape): Metric {
  return {
    target: 'fitting',
    parts: ['hits', 'yes', 'truths'],
    needs: 'a target or an output of one of its classes',
    sums(target, { output }) {
      const yes = tf.cast(tf.greaterEqual(output, threshold), 'float32')
      return { hits: tf.sum(tf.mul(yes, target)), yes: tf.sum(yes), truths: tf.sum(target) }
    },
    value({ hits, yes, truths }, samples) {
      const [overlap, one, other] = [hits![0]!, yes![0]!, truths![0]!]
      const all = samples * sizeOf(output)
      const union = one + other - overlap
      /** For classes 0 and 1: number of elements in the intersection, and in the union. */
      const classes = [
        { both: all - union, either: all - overlap },
        { both: overlap, either: union },
      ]
      const chosen = target_class_ids.map((id) => classes[id]!).filter(({ either }) => either > 0)
      // Keras gives 0
      if (chosen.length === 0) return Number.NaN
      return sumOf(chosen.map(({ both, either }) => both / (either + EPSILON))) / (chosen.length + EPSILON)
    },
  }
}
