/** Losses by Keras' names, arguments and aliases (keras/src/losses/losses.py). A new one is one entry of `LOSSES`. */
import { z } from 'zod'
import { family, member } from './family.js'
import { LARGEST, MOST_AXES, MOST_COLUMNS, whole } from './whole.js'

/** Negative ones count from the end. */
const axis = whole(-LARGEST)

const logits = z.boolean().default(false).describe('The output is logits: softmax or sigmoid is yet to be taken of it.')

const labelSmoothing = z
  .number()
  .min(0)
  .max(1)
  .default(0)
  .describe('Share of the target, 0 to 1, that is spread evenly: over the classes, or over yes and no.')

const gamma = z
  .number()
  .min(0)
  .default(2)
  .describe('How much less samples count that are right already, at least 0; 0 makes them all alike.')

const balance = z.number().min(0).default(0.25).describe('Weight of the loss, at least 0.')

const axes = z
  .union([z.null(), axis, z.array(axis).min(1).max(MOST_AXES)])
  .default(null)
  .describe('Axes that make one value together, the batch being axis 0; null for all, the batch too.')

/** What a metric of the same name takes too (`./metrics.ts`). */
export const LOSS_FIELDS = {
  binary_crossentropy: { from_logits: logits, label_smoothing: labelSmoothing },
  categorical_crossentropy: { from_logits: logits, label_smoothing: labelSmoothing },
  sparse_categorical_crossentropy: {
    from_logits: logits,
    ignore_class: z
      .union([z.null(), whole(-LARGEST)])
      .default(null)
      .describe('Class number whose samples are left out; null for none.'),
  },
  binary_focal_crossentropy: {
    apply_class_balancing: z.boolean().default(false).describe('Weigh yes with alpha and no with 1 - alpha.'),
    alpha: z.number().min(0).max(1).default(0.25).describe('Weight of yes, 0 to 1, where classes are balanced.'),
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
    q: z.number().gt(0).lt(1).default(0.5).describe('0 to 1: near 0 as crossentropy, near 1 as absolute error.'),
  },
} as const

export const LOSSES = [
  member('crossentropy', 'Binary crossentropy for one output, else sparse categorical crossentropy.', {}, ['ce']),
  member(
    'categorical_crossentropy',
    'For one class of several, after softmax. Class labels are made one-hot.',
    LOSS_FIELDS.categorical_crossentropy,
    ['CategoricalCrossentropy'],
  ),
  member(
    'sparse_categorical_crossentropy',
    'For one class of several, after softmax, from class numbers.',
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
    'For one class of several: samples that are right already count less (Lin et al., 2018).',
    LOSS_FIELDS.categorical_focal_crossentropy,
    ['CategoricalFocalCrossentropy'],
  ),
  member(
    'binary_focal_crossentropy',
    'For yes-or-no outputs: what is right already counts less (Lin et al., 2018).',
    LOSS_FIELDS.binary_focal_crossentropy,
    ['BinaryFocalCrossentropy'],
  ),
  member(
    'categorical_generalized_cross_entropy',
    'For one class of several with wrong labels among them (Zhang and Sabuncu, 2018).',
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
    'Minus the cosine of the angle between target and output: -1 for the same direction.',
    {
      axis: axis.default(-1).describe('Axis of the vectors, the batch being axis 0, which it must not be.'),
    },
    ['CosineSimilarity'],
  ),
  member('hinge', 'For yes-or-no outputs between -1 and 1. Targets of 0 and 1 are made -1 and 1.', {}, ['Hinge']),
  member('squared_hinge', 'The square of hinge.', {}, ['SquaredHinge']),
  member('categorical_hinge', 'For one class of several: its output is to be 1 above the largest other.', {}, [
    'CategoricalHinge',
  ]),
  member('kl_divergence', 'How far one distribution is from another.', {}, [
    'kld',
    'KLD',
    'kullback_leibler_divergence',
    'KLDivergence',
  ]),
  member('poisson', 'For counts: the output is the mean of a Poisson distribution.', {}, ['Poisson']),
  member('dice', '1 less the Dice coefficient: twice what overlaps, by the sum of both.', { axis: axes }, ['Dice']),
  member(
    'tversky',
    'The Dice loss with a weight for each kind of error (Salehi et al., 2017).',
    {
      alpha: z.number().min(0).default(0.5).describe('Weight of what the output misses, at least 0.'),
      beta: z.number().min(0).default(0.5).describe('Weight of what the output has too much, at least 0.'),
      axis: axes,
    },
    ['Tversky'],
  ),
  member(
    'circle',
    'For embeddings of length 1: near those of the same class, far from the others of the batch (Sun et al., 2020).',
    {
      gamma: z.number().gt(0).default(80).describe('Scale, above 0.'),
      margin: z.number().min(0).default(0.4).describe('Relaxation, at least 0.'),
      remove_diagonal: z.boolean().default(true).describe('Leave out the pairs of a sample with itself.'),
    },
    ['Circle'],
  ),
] as const

export const lossSchema = family(LOSSES).meta({ id: 'loss' })
