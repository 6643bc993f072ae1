/** Losses by Keras' names, arguments and aliases (keras/src/losses/losses.py). A new one is one entry of `LOSSES`. */
import { z } from 'zod'
import { family, member } from './family.js'
import { LARGEST, MOST_AXES, MOST_COLUMNS, whole } from './whole.js'

/** A negative axis counts from the end. */
const axis = whole(-LARGEST)

const logits = z.boolean().default(false).describe('The output is logits: the loss applies softmax or sigmoid.')

const labelSmoothing = z
  .number()
  .min(0)
  .max(1)
  .default(0)
  .describe('Share of the target, 0 to 1, that is spread evenly over the classes, or over yes and no.')

const gamma = z
  .number()
  .min(0)
  .default(2)
  .describe('How much less samples count that are already right, at least 0. With 0 all count the same.')

const balance = z.number().min(0).default(0.25).describe('Weight of the loss, at least 0.')

const axes = z
  .union([z.null(), axis, z.array(axis).min(1).max(MOST_AXES)])
  .default(null)
  .describe('Axes to sum over, counted with the batch. null: all, including the batch.')

/** Arguments that a loss shares with the metric of the same name (`./metrics.ts`). */
export const LOSS_FIELDS = {
  binary_crossentropy: { from_logits: logits, label_smoothing: labelSmoothing },
  categorical_crossentropy: { from_logits: logits, label_smoothing: labelSmoothing },
  sparse_categorical_crossentropy: {
    from_logits: logits,
    ignore_class: z
      .union([z.null(), whole(-LARGEST)])
      .default(null)
      .describe('Class number whose samples are left out. null: none.'),
  },
  binary_focal_crossentropy: {
    apply_class_balancing: z
      .boolean()
      .default(false)
      .describe('Multiply the loss of yes by alpha and the loss of no by 1 - alpha.'),
    alpha: z.number().min(0).max(1).default(0.25).describe('With apply_class_balancing: weight of yes, 0 to 1.'),
    gamma,
    from_logits: logits,
    label_smoothing: labelSmoothing,
  },
  categorical_focal_crossentropy: {
    alpha: z
      .union([balance, z.array(z.number().min(0)).min(1).max(MOST_COLUMNS)])
      .default(0.25)
      .describe('Weight of the loss, at least 0, or one for each class.'),
    gamma,
    from_logits: logits,
    label_smoothing: labelSmoothing,
  },
  huber: {
    delta: z.number().gt(0).default(1).describe('Difference, above 0, from which the loss grows linearly.'),
  },
  categorical_generalized_cross_entropy: {
    q: z.number().gt(0).lt(1).default(0.5).describe('0 to 1: near 0 like crossentropy, near 1 like absolute error.'),
  },
} as const

export const LOSSES = [
  member('crossentropy', 'Binary crossentropy for one output, else sparse categorical crossentropy.', {}, ['ce']),
  member(
    'categorical_crossentropy',
    'For one of several classes, after softmax. Class labels become one-hot.',
    LOSS_FIELDS.categorical_crossentropy,
    ['CategoricalCrossentropy'],
  ),
  member(
    'sparse_categorical_crossentropy',
    'For one of several classes, after softmax, with class numbers as targets.',
    LOSS_FIELDS.sparse_categorical_crossentropy,
    ['SparseCategoricalCrossentropy'],
  ),
  member('binary_crossentropy', 'For yes-or-no outputs, after sigmoid.', LOSS_FIELDS.binary_crossentropy, [
    'bce',
    'BCE',
    'BinaryCrossentropy',
  ]),
  member(
    'categorical_focal_crossentropy',
    'For one of several classes: samples that are already right count less (Lin et al., 2018).',
    LOSS_FIELDS.categorical_focal_crossentropy,
    ['CategoricalFocalCrossentropy'],
  ),
  member(
    'binary_focal_crossentropy',
    'For yes-or-no outputs: outputs that are already right count less (Lin et al., 2018).',
    LOSS_FIELDS.binary_focal_crossentropy,
    ['BinaryFocalCrossentropy'],
  ),
  member(
    'categorical_generalized_cross_entropy',
    'For one of several classes, when some labels are wrong (Zhang and Sabuncu, 2018).',
    LOSS_FIELDS.categorical_generalized_cross_entropy,
    ['CategoricalGeneralizedCrossEntropy'],
  ),
  member('mean_squared_error', 'Mean of squared differences.', {}, ['mse', 'MSE', 'MeanSquaredError']),
  member('mean_absolute_error', 'Mean of absolute differences.', {}, ['mae', 'MAE', 'MeanAbsoluteError']),
  member('mean_absolute_percentage_error', 'Mean of absolute differences, in percent of the target.', {}, [
    'mape',
    'MAPE',
    'MeanAbsolutePercentageError',
  ]),
  member('mean_squared_logarithmic_error', 'Mean of squared differences of log(x + 1).', {}, [
    'msle',
    'MSLE',
    'MeanSquaredLogarithmicError',
  ]),
  member('huber', 'Squared for small differences, linear for large ones.', LOSS_FIELDS.huber, ['Huber']),
  member('log_cosh', 'Logarithm of the hyperbolic cosine of the difference.', {}, ['logcosh', 'LogCosh']),
  member(
    'cosine_similarity',
    'Negative cosine of the angle between target and output: -1 for the same direction.',
    {
      axis: axis.default(-1).describe('Axis of the vectors, counted with the batch. 0, the batch, is not allowed.'),
    },
    ['CosineSimilarity'],
  ),
  member('hinge', 'For yes-or-no outputs between -1 and 1. Targets 0 and 1 become -1 and 1.', {}, ['Hinge']),
  member('squared_hinge', 'The square of hinge.', {}, ['SquaredHinge']),
  member('categorical_hinge', 'For one of several classes: its output should be 1 above the largest other.', {}, [
    'CategoricalHinge',
  ]),
  member('kl_divergence', 'Kullback-Leibler divergence: how far one distribution is from another.', {}, [
    'kld',
    'KLD',
    'kullback_leibler_divergence',
    'KLDivergence',
  ]),
  member('poisson', 'For counts: the output is the mean of a Poisson distribution.', {}, ['Poisson']),
  member(
    'dice',
    '1 - Dice coefficient. The coefficient is twice the overlap, divided by the sum of both.',
    { axis: axes },
    ['Dice'],
  ),
  member(
    'tversky',
    'Dice loss with a weight for each kind of error (Salehi et al., 2017).',
    {
      alpha: z.number().min(0).default(0.5).describe('Weight of false negatives, at least 0.'),
      beta: z.number().min(0).default(0.5).describe('Weight of false positives, at least 0.'),
      axis: axes,
    },
    ['Tversky'],
  ),
  member(
    'circle',
    'For embeddings of length 1: pulls those of one class together, and those of other classes in the batch apart (Sun et al., 2020).',
    {
      gamma: z.number().gt(0).default(80).describe('Scale, above 0.'),
      margin: z.number().min(0).default(0.4).describe('Relaxation, at least 0.'),
      remove_diagonal: z.boolean().default(true).describe('Leave out the pairs of a sample with itself.'),
    },
    ['Circle'],
  ),
  member(
    'ctc',
    'For a sequence of classes, such as the letters of a spoken word, from the logits of more steps than it has classes (Graves et al., 2006). Class 0 is the blank: a step that gives no class.',
    {},
    ['CTC'],
  ),
] as const

/**
 * The target that a loss is made for. `class`: one of several classes; `yes_or_no`: one of two, by a single output;
 * `number`: numbers; `sequence`: a sequence of classes.
 */
export const LOSS_TARGETS: {
  readonly [Type in z.output<(typeof LOSSES)[number]>['type']]: 'class' | 'yes_or_no' | 'number' | 'sequence'
} = {
  crossentropy: 'class',
  categorical_crossentropy: 'class',
  sparse_categorical_crossentropy: 'class',
  binary_crossentropy: 'yes_or_no',
  categorical_focal_crossentropy: 'class',
  binary_focal_crossentropy: 'yes_or_no',
  categorical_generalized_cross_entropy: 'class',
  mean_squared_error: 'number',
  mean_absolute_error: 'number',
  mean_absolute_percentage_error: 'number',
  mean_squared_logarithmic_error: 'number',
  huber: 'number',
  log_cosh: 'number',
  cosine_similarity: 'number',
  hinge: 'yes_or_no',
  squared_hinge: 'yes_or_no',
  categorical_hinge: 'class',
  kl_divergence: 'number',
  poisson: 'number',
  dice: 'number',
  tversky: 'number',
  circle: 'class',
  ctc: 'sequence',
}

export const lossSchema = family(LOSSES).meta({ id: 'loss' })
