/**
 * Metrics by Keras' names, arguments and aliases (keras/src/metrics). The name as it is written is the history key,
 * unless `name` gives another. A new one is one entry of `METRICS`.
 */
import { z } from 'zod'
import { nameIn } from './family.js'
import { LOSS_FIELDS } from './losses.js'
import { type Better, metric, metricList } from './metric.js'
import { RBM_METRICS } from './rbm-metrics.js'
import { LARGEST, MOST_COLUMNS, whole } from './whole.js'

/** A metric that is a loss or another mean in Keras: smaller values are better. */
const mean = <const Type extends string, Fields extends z.core.$ZodShape>(
  type: Type,
  description: string,
  fields: Fields,
  aliases: readonly string[] = [],
) => metric('min', type, description, fields, aliases)

const threshold = z.number().min(0).max(1).default(0.5).describe('Threshold, 0 to 1. An output above it is a yes.')

const classId = z
  .union([z.null(), whole(0)])
  .default(null)
  .describe('The only class to measure, from 0. null: all outputs.')

const retrieval = {
  thresholds: z
    .union([z.null(), z.number().min(0).max(1)])
    .default(null)
    .describe('Threshold, 0 to 1. An output above it is a yes. null: 0.5, or no threshold with top_k.'),
  top_k: z
    .union([z.null(), whole(1)])
    .default(null)
    .describe('Number of largest outputs of a sample that can be a yes. null: all.'),
  class_id: classId,
}

const count = { thresholds: threshold }

const k = whole(1).default(5).describe('How many of the largest outputs count, at least 1.')

const atLeast = (of: string) => z.number().min(0).max(1).describe(`Smallest ${of}, 0 to 1.`)
const thresholdCount = whole(1, MOST_COLUMNS).default(200).describe('Number of thresholds to try, at least 1.')
const points = { num_thresholds: thresholdCount, class_id: classId }

const fScore = {
  average: nameIn({
    micro: 'of all outputs together',
    macro: 'mean of the classes',
    weighted: 'mean of the classes, weighted by how often each is true',
  })
    .default('macro')
    .describe('How several classes give one number.'),
  threshold: z
    .union([z.null(), z.number().gt(0).max(1)])
    .default(null)
    .describe("Threshold, 0 to 1. An output above it is a yes. null: only each sample's largest output is."),
}

const targetClasses = z
  .array(whole(0))
  .min(1)
  .max(MOST_COLUMNS)
  .describe('Classes to measure, by number. With several, the mean.')

const iouFields = {
  num_classes: z
    .union([z.null(), whole(2, MOST_COLUMNS)])
    .default(null)
    .describe(
      'Number of classes, at least 2. Targets and outputs of other classes do not count. null: as many as the output has.',
    ),
  ignore_class: z
    .union([z.null(), whole(-LARGEST)])
    .default(null)
    .describe('Class number whose places are left out. null: none.'),
  axis: whole(-1, -1).default(-1).describe('Axis of the classes: the last.'),
}

const sparse = (what: string, byDefault: boolean) => z.boolean().default(byDefault).describe(what)

const sparseTrue = sparse('Whether targets are class numbers. Else the class is that of the largest number.', true)

const SPARSE_OUTPUT =
  'Whether the output is the number of a class. Else it has a number for each class, and the largest one says the class.'

export const METRICS = [
  metric(
    'max',
    'accuracy',
    'Share of samples that are right, 0 to 1. One output: by a threshold; several: by the largest output.',
    {},
    ['acc', 'Accuracy'],
  ),
  metric('max', 'binary_accuracy', 'Share of outputs on the right side of the threshold, 0 to 1.', { threshold }, [
    'BinaryAccuracy',
  ]),
  metric('max', 'categorical_accuracy', 'Share of samples whose largest output is at the one-hot label, 0 to 1.', {}, [
    'CategoricalAccuracy',
  ]),
  metric(
    'max',
    'sparse_categorical_accuracy',
    'Share of samples whose largest output is at the class number, 0 to 1.',
    {},
    ['SparseCategoricalAccuracy'],
  ),
  metric(
    'max',
    'top_k_categorical_accuracy',
    'Share of samples whose one-hot label is among the k largest outputs, 0 to 1.',
    { k },
    ['TopKCategoricalAccuracy'],
  ),
  metric(
    'max',
    'sparse_top_k_categorical_accuracy',
    'Share of samples whose class number is among the k largest outputs, 0 to 1.',
    { k },
    ['SparseTopKCategoricalAccuracy'],
  ),

  mean('crossentropy', 'Binary crossentropy for one output, else sparse categorical crossentropy.', {}, ['ce']),
  mean('binary_crossentropy', 'Crossentropy of yes-or-no outputs.', LOSS_FIELDS.binary_crossentropy, [
    'bce',
    'BCE',
    'BinaryCrossentropy',
  ]),
  mean('categorical_crossentropy', 'Crossentropy of one of several classes.', LOSS_FIELDS.categorical_crossentropy, [
    'CategoricalCrossentropy',
  ]),
  mean(
    'sparse_categorical_crossentropy',
    'Crossentropy of one of several classes, with class numbers as targets.',
    LOSS_FIELDS.sparse_categorical_crossentropy,
    ['SparseCategoricalCrossentropy'],
  ),
  mean('binary_focal_crossentropy', 'The same as the loss.', LOSS_FIELDS.binary_focal_crossentropy, [
    'BinaryFocalCrossentropy',
  ]),
  mean('categorical_focal_crossentropy', 'The same as the loss.', LOSS_FIELDS.categorical_focal_crossentropy, [
    'CategoricalFocalCrossentropy',
  ]),
  mean(
    'categorical_generalized_cross_entropy',
    'The same as the loss.',
    LOSS_FIELDS.categorical_generalized_cross_entropy,
    ['CategoricalGeneralizedCrossEntropy'],
  ),
  mean('kl_divergence', 'Kullback-Leibler divergence: how far one distribution is from another.', {}, [
    'kld',
    'KLD',
    'kullback_leibler_divergence',
    'KLDivergence',
  ]),
  mean('poisson', 'The same as the loss.', {}, ['Poisson']),

  mean('mean_squared_error', 'Mean of squared differences.', {}, ['mse', 'MSE', 'MeanSquaredError']),
  mean('root_mean_squared_error', 'Root of the mean of squared differences.', {}, ['RootMeanSquaredError']),
  mean('mean_absolute_error', 'Mean of absolute differences.', {}, ['mae', 'MAE', 'MeanAbsoluteError']),
  mean('mean_absolute_percentage_error', 'Mean of absolute differences, in percent of the target.', {}, [
    'mape',
    'MAPE',
    'MeanAbsolutePercentageError',
  ]),
  mean('mean_squared_logarithmic_error', 'Mean of squared differences of log(x + 1).', {}, [
    'msle',
    'MSLE',
    'MeanSquaredLogarithmicError',
  ]),
  mean('huber', 'The same as the loss.', LOSS_FIELDS.huber, ['Huber']),
  mean('log_cosh', 'Logarithm of the hyperbolic cosine of the difference.', {}, [
    'logcosh',
    'log_cosh_error',
    'LogCoshError',
    'LogCosh',
  ]),
  metric('max', 'cosine_similarity', 'Cosine of the angle between target and output, -1 to 1.', {}, [
    'CosineSimilarity',
  ]),
  metric(
    'max',
    'r2_score',
    'Share of the variance of the target that the output explains, at most 1. With a constant target: 1 if every output is exact, else 0.',
    {
      class_aggregation: nameIn({
        uniform_average: 'mean of the outputs',
        variance_weighted_average: 'mean of the outputs, weighted by the variance of their targets',
      })
        .default('uniform_average')
        .describe('How several outputs give one number.'),
      num_regressors: whole(0)
        .default(0)
        .describe('Number of independent variables of the adjusted score. 0: the plain score.'),
    },
    ['R2Score'],
  ),
  metric('max', 'pearson_correlation', 'Correlation over the outputs of a sample, -1 to 1.', {}, [
    'PearsonCorrelation',
  ]),
  metric('max', 'concordance_correlation', 'Concordance correlation over the outputs of a sample, -1 to 1.', {}, [
    'ConcordanceCorrelation',
  ]),
  mean('hinge', 'The same as the loss.', {}, ['Hinge']),
  mean('squared_hinge', 'The same as the loss.', {}, ['SquaredHinge']),
  mean('categorical_hinge', 'The same as the loss.', {}, ['CategoricalHinge']),

  metric(null, 'true_positives', 'Number of true positives: a yes that is right.', count, ['TruePositives']),
  metric(null, 'true_negatives', 'Number of true negatives: a no that is right.', count, ['TrueNegatives']),
  metric(null, 'false_positives', 'Number of false positives: a yes that is wrong.', count, ['FalsePositives']),
  metric(null, 'false_negatives', 'Number of false negatives: a no that is wrong.', count, ['FalseNegatives']),
  metric('max', 'precision', 'Share of the yes that are right, 0 to 1. NaN if there is no yes.', retrieval, [
    'Precision',
  ]),
  metric('max', 'recall', 'Share of the targets of 1 that get a yes, 0 to 1. NaN if no target is 1.', retrieval, [
    'Recall',
  ]),
  metric('max', 'f1_score', 'Harmonic mean of precision and recall, 0 to 1.', fScore, ['F1Score']),
  metric(
    'max',
    'fbeta_score',
    'Weighted harmonic mean of precision and recall, 0 to 1; recall weighs beta times as much.',
    { beta: z.number().gt(0).default(1).describe('Weight of recall, above 0.'), ...fScore },
    ['f_beta_score', 'FBetaScore'],
  ),
  metric(
    'max',
    'auc',
    'Area under a curve over all thresholds, 0 to 1. NaN if all targets are equal.',
    {
      num_thresholds: whole(2, MOST_COLUMNS).default(200).describe('Number of thresholds of the curve, at least 2.'),
      curve: nameIn({
        ROC: 'true positive rate over false positive rate',
        PR: 'precision over recall',
        PRGAIN: 'precision gain over recall gain (Flach and Kull, 2015)',
      })
        .default('ROC')
        .describe('What the curve shows.'),
      summation_method: nameIn({
        interpolation: 'at the middle of two thresholds; for PR as in Davis and Goadrich (2006)',
        minoring: 'at the lower of two thresholds',
        majoring: 'at the higher of two thresholds',
      })
        .default('interpolation')
        .describe('How the area is summed.'),
      thresholds: z
        .union([z.null(), z.array(z.number().min(0).max(1)).min(1).max(MOST_COLUMNS)])
        .default(null)
        .describe('Thresholds, 0 to 1, instead of num_thresholds evenly spaced ones.'),
      multi_label: z
        .boolean()
        .default(false)
        .describe('Take the mean of an area for each output, instead of one area for all together.'),
      label_weights: z
        .union([z.null(), z.array(z.number().min(0)).min(1).max(MOST_COLUMNS)])
        .default(null)
        .describe('A weight for each output. null: all weigh 1.'),
      from_logits: z.boolean().default(false).describe('The output is logits: the metric applies sigmoid.'),
    },
    ['AUC'],
  ),
  metric(
    'max',
    'sensitivity_at_specificity',
    'Best sensitivity, 0 to 1, at thresholds with at least this specificity.',
    { specificity: atLeast('specificity'), ...points },
    ['SensitivityAtSpecificity'],
  ),
  metric(
    'max',
    'specificity_at_sensitivity',
    'Best specificity, 0 to 1, at thresholds with at least this sensitivity.',
    { sensitivity: atLeast('sensitivity'), ...points },
    ['SpecificityAtSensitivity'],
  ),
  metric(
    'max',
    'precision_at_recall',
    'Best precision, 0 to 1, at thresholds with at least this recall.',
    { recall: atLeast('recall'), ...points },
    ['PrecisionAtRecall'],
  ),
  metric(
    'max',
    'recall_at_precision',
    'Best recall, 0 to 1, at thresholds with at least this precision.',
    { precision: atLeast('precision'), ...points },
    ['RecallAtPrecision'],
  ),
  metric(
    'max',
    'binary_iou',
    'Intersection over union for yes and for no, 0 to 1.',
    {
      target_class_ids: z
        .array(z.int().min(0).max(1))
        .min(1)
        .max(2)
        .default([0, 1])
        .describe('Classes to measure: 1 is yes, 0 is no. With both, the mean.'),
      threshold: z.number().default(0.5).describe('Threshold. An output of at least this is a yes.'),
    },
    ['binary_io_u', 'BinaryIoU'],
  ),
  metric(
    'max',
    'iou',
    'Intersection over union of some classes, 0 to 1: the mean over those that are there.',
    {
      target_class_ids: targetClasses,
      ...iouFields,
      sparse_y_true: sparseTrue,
      sparse_y_pred: sparse(SPARSE_OUTPUT, true),
    },
    ['io_u', 'IoU'],
  ),
  metric(
    'max',
    'mean_iou',
    'Mean of the intersection over union of all classes that are there, 0 to 1.',
    { ...iouFields, sparse_y_true: sparseTrue, sparse_y_pred: sparse(SPARSE_OUTPUT, true) },
    ['mean_io_u', 'MeanIoU'],
  ),
  metric(
    'max',
    'one_hot_iou',
    'Intersection over union of some classes, with one-hot labels, 0 to 1.',
    { target_class_ids: targetClasses, ...iouFields, sparse_y_pred: sparse(SPARSE_OUTPUT, false) },
    ['one_hot_io_u', 'OneHotIoU'],
  ),
  metric(
    'max',
    'one_hot_mean_iou',
    'Mean of the intersection over union of all classes, with one-hot labels, 0 to 1.',
    { ...iouFields, sparse_y_pred: sparse(SPARSE_OUTPUT, false) },
    ['one_hot_mean_io_u', 'OneHotMeanIoU'],
  ),
] as const

/** Metrics of a model that learns from labels. */
export const metricsSchema = metricList(METRICS)
  .meta({ id: 'metrics' })
  .describe(
    'Metrics, measured on training and validation data. Each becomes a history key, as written here. Every row counts the same, whatever its weight, as in `metrics` of Keras.',
  )

/** Metrics of any model. A rule of the whole spec checks that they suit the model. */
export const anyMetricsSchema = metricList([...METRICS, ...RBM_METRICS])
  .meta({ id: 'any_metrics' })
  .describe(
    'Metrics, measured on training and validation data. Each becomes a history key, as written here. Every row counts the same, whatever its weight, as in `metrics` of Keras.',
  )

const BETTER: ReadonlyMap<string, Better> = new Map(
  [...METRICS, ...RBM_METRICS].map(({ type, better }) => [type, better]),
)

/**
 * Returns whether larger or smaller values of a history key are better: of `loss` or a metric, or of either with val_
 * before it (keras/src/callbacks/monitor_callback.py). Null if the user must say.
 */
export function betterOf(key: string, metrics: readonly { readonly type: string; readonly name: string }[]): Better {
  const metric = metrics.find(({ name }) => name === key.replace(/^val_/, ''))
  return metric ? BETTER.get(metric.type)! : 'min'
}

/** Does the same for a key of a run whose spec is not there: a loss, or a metric that has its own name. */
export function betterByName(key: string): Better {
  if (/(?:^|_)loss$/.test(key)) return 'min'
  const metric = [...METRICS, ...RBM_METRICS].find(({ type, aliases }) => [type, ...aliases].includes(key as never))
  return metric?.better ?? null
}
