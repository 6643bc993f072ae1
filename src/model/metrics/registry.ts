/** Metrics by their type in a spec. */
import { type ByType, callByType } from '../../base/by-type.js'
import type { Shape } from '../../base/shape.js'
import type { LossSpec, MetricSpec } from '../../spec/spec.js'
import { lossFor } from '../losses.js'
import type { Target } from '../targets.js'
import * as accuracies from './accuracy.js'
import { auc } from './auc.js'
import * as confusion from './confusion.js'
import { fBetaScore } from './f-score.js'
import { binaryIoU, classIoU } from './iou.js'
import { type Metric, meanOf, meanOfDefined } from './metric.js'
import * as regression from './regression.js'

/** A loss as a metric: the mean of its values. */
function loss(spec: LossSpec, output: Shape, kind: Target['kind']): Metric {
  const { target, values, problem } = lossFor(spec, output, kind)
  return { ...meanOf(target, values), problem }
}

/** A loss as a metric whose formula may be undefined, such as for outputs below 0 or a row of zeros. */
function partialLoss(spec: LossSpec, output: Shape, kind: Target['kind']): Metric {
  const { target, values, problem } = lossFor(spec, output, kind)
  return { ...meanOfDefined(target, values, 'outputs for which its formula is defined'), problem }
}

const METRICS: ByType<MetricSpec, [output: Shape, target: Target['kind']], Metric> = {
  accuracy: (_, output, target) => accuracies.accuracy(output, target),
  binary_accuracy: ({ threshold }) => accuracies.binaryAccuracy(threshold),
  categorical_accuracy: accuracies.categoricalAccuracy,
  sparse_categorical_accuracy: accuracies.sparseCategoricalAccuracy,
  top_k_categorical_accuracy: ({ k }) => accuracies.topKCategoricalAccuracy(k),
  sparse_top_k_categorical_accuracy: ({ k }) => accuracies.sparseTopKCategoricalAccuracy(k),

  crossentropy: partialLoss,
  binary_crossentropy: loss,
  categorical_crossentropy: partialLoss,
  sparse_categorical_crossentropy: partialLoss,
  binary_focal_crossentropy: partialLoss,
  categorical_focal_crossentropy: partialLoss,
  categorical_generalized_cross_entropy: partialLoss,
  kl_divergence: loss,
  poisson: partialLoss,

  mean_squared_error: loss,
  root_mean_squared_error: regression.rootMeanSquaredError,
  mean_absolute_error: loss,
  mean_absolute_percentage_error: loss,
  mean_squared_logarithmic_error: loss,
  huber: loss,
  log_cosh: loss,
  cosine_similarity: regression.cosineSimilarity,
  r2_score: regression.r2Score,
  pearson_correlation: regression.pearsonCorrelation,
  concordance_correlation: regression.concordanceCorrelation,
  hinge: loss,
  squared_hinge: loss,
  categorical_hinge: loss,

  true_positives: ({ thresholds }, output) => confusion.countOf('truePositives', thresholds, output),
  true_negatives: ({ thresholds }, output) => confusion.countOf('trueNegatives', thresholds, output),
  false_positives: ({ thresholds }, output) => confusion.countOf('falsePositives', thresholds, output),
  false_negatives: ({ thresholds }, output) => confusion.countOf('falseNegatives', thresholds, output),
  precision: confusion.precision,
  recall: confusion.recall,
  f1_score: (spec, output) => fBetaScore({ ...spec, beta: 1 }, output),
  fbeta_score: fBetaScore,
  auc,
  sensitivity_at_specificity: confusion.sensitivityAtSpecificity,
  specificity_at_sensitivity: confusion.specificityAtSensitivity,
  precision_at_recall: confusion.precisionAtRecall,
  recall_at_precision: confusion.recallAtPrecision,
  binary_iou: binaryIoU,
  iou: classIoU,
  mean_iou: classIoU,
  one_hot_iou: classIoU,
  one_hot_mean_iou: classIoU,
}

/** The metric of this spec for a model output of this shape, without the batch, and for this kind of target. */
export const metricFor = (spec: MetricSpec, output: Shape, target: Target['kind'] = 'labels'): Metric =>
  callByType(METRICS, spec, output, target)
