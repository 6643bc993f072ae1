/**
 * Restricted Boltzmann machines: the model and how it is trained, with defaults of Hinton's guide (UTML TR 2010-003).
 * A new kind of units is one entry of `VISIBLE` or `HIDDEN`, a new algorithm one of `ALGORITHMS`.
 */
import { z } from 'zod'
import { byEpoch } from './by-epoch.js'
import { constraint } from './constraints.js'
import { type DeepReadonly, family, member, nameIn, type RuleIssue } from './family.js'
import { INITIALIZERS, initializer } from './initializers.js'
import { GAPS, RBM_METRICS } from './rbm-metrics.js'
import { regularizer } from './regularizers.js'
import { temperaturesSchema } from './temperatures.js'
import { type ValidationFields, validates } from './validation.js'
import { MOST_GIBBS_STEPS, MOST_TEMPERED_STEPS, whole } from './whole.js'
import { either, listed, oneOf, written } from './words.js'

export const VISIBLE = [
  member('bernoulli', '0 or 1.', {}),
  member('gaussian', 'Real numbers, normally distributed given the hidden units; for standardized data.', {
    variance: nameIn({
      fixed: 'Each unit has variance 1.',
      learned: 'Each unit learns its own variance, as a logarithm (Cho, Ilin and Raiko, 2011); at least 0.01.',
    })
      .default('fixed')
      .describe('The variance of a visible unit given the hidden units.'),
  }),
] as const
export const HIDDEN = [
  member('bernoulli', '0 or 1.', {}),
  member('nrelu', 'Noisy rectified linear: max(0, x + noise of variance s(x)) (Nair and Hinton, 2010).', {}),
] as const

/** Initializer of visible biases from the data, unit by unit. */
const ofData = member(
  'data',
  'The mean of the training data for each unit; for Bernoulli units, the logit of that mean.',
  {},
)

/** Fields of an RBM, by itself or in a stack. */
export const rbmFields = {
  hidden_units: whole(1).describe(
    'Number of hidden units, at least 1. The number of visible units follows from the data.',
  ),
  visible: family(VISIBLE).prefault('bernoulli').describe('Type of the visible units.'),
  hidden: family(HIDDEN).prefault('bernoulli').describe('Type of the hidden units.'),
  kernel_initializer: initializer(
    { type: 'random_normal', mean: 0, stddev: 0.01 },
    'First values of the weights between visible and hidden units.',
  ),
  visible_bias_initializer: family([ofData, ...INITIALIZERS])
    .prefault('data')
    .describe('First values of the visible biases.'),
  hidden_bias_initializer: initializer('zeros', 'First values of the hidden biases.'),
  kernel_regularizer: regularizer('Regularizer of the weights. It never acts on the biases.'),
  kernel_constraint: constraint('Constraint on the weights, applied after each update.'),
}

export const rbmSchema = z
  .strictObject({
    type: z
      .literal('RBM')
      .describe('A restricted Boltzmann machine, which learns the distribution of the data without labels.'),
    ...rbmFields,
  })
  .describe('A restricted Boltzmann machine.')

const gibbsSteps = (most: number) =>
  z
    .union([whole(1, most), byEpoch({ least: 1, most, whole: true })])
    .default(1)
    .describe(
      'Number of Gibbs steps, at least 1; or pairs of an epoch and the number from that epoch on, [[1, 1], [10, 5]].',
    )
const k = gibbsSteps(MOST_GIBBS_STEPS)

const sparsity = z
  .strictObject({
    target: z.number().gt(0).lt(1).describe('Target mean activity of a hidden unit, above 0 and below 1.'),
    cost: z.number().min(0).describe('Strength of the pull, at least 0.'),
    rate: z
      .number()
      .min(0)
      .lt(1)
      .default(0.9)
      .describe('Share of the old running mean of the activity in the new one, at least 0 and below 1.'),
  })
  .describe('Pulls hidden units toward a mean activity.')

/** Fields of every algorithm. */
const forAll = {
  centered: z
    .boolean()
    .default(false)
    .describe('Use the centered gradient: units minus their means (Melchior, Fischer and Wiskott, 2016).'),
  offset_rate: z
    .number()
    .gt(0)
    .max(1)
    .default(0.01)
    .describe('Share of each batch in the running means that `centered` uses, above 0 and at most 1.'),
  sparsity: sparsity.nullable().default(null).describe('Pulls hidden units toward a mean activity. null: no target.'),
  momentum_by_epoch: byEpoch({ least: 0, most: 1, whole: false })
    .nullable()
    .default(null)
    .describe(
      'Pairs of an epoch and the momentum of SGD from that epoch on, [[1, 0.5], [6, 0.9]]. null: the momentum of the optimizer.',
    ),
}

const algorithm = <const Name extends string, Fields extends z.core.$ZodShape>(
  name: Name,
  description: string,
  fields: Fields,
) => z.strictObject({ algorithm: z.literal(name).describe(description), ...fields, ...forAll }).describe(description)

/** How labels are learned with the data (Larochelle, Mandel, Pascanu and Bengio, JMLR 13, 2012). */
const LABELS = [
  member('generative', 'The distribution of data and labels together, by contrastive divergence.', {}),
  member('discriminative', 'The probability of labels given the data, by its exact gradient.', {}),
  member('hybrid', 'The sum of both gradients, with `generative` times alpha.', {
    alpha: z.number().gt(0).default(0.01).describe('Weight of the generative part, above 0.'),
  }),
] as const

export const ALGORITHMS = [
  algorithm('cd', 'Contrastive divergence: chains start at the data (Hinton, 2002).', {
    k,
    labels: family(LABELS)
      .nullable()
      .default(null)
      .describe('Objective with labels, by name or as an object: the RBM becomes a classifier. null: no labels.'),
  }),
  algorithm(
    'pcd',
    'Persistent contrastive divergence: chains continue from one training step to the next (Tieleman, 2008).',
    {
      k,
      chains: whole(1).nullable().default(null).describe('Number of chains, at least 1. null: the batch size.'),
    },
  ),
  algorithm(
    'parallel_tempering',
    'Persistent chains at several temperatures. Neighbours swap states, which helps the chains of the model to move between modes (Desjardins et al., 2010).',
    {
      k: gibbsSteps(MOST_TEMPERED_STEPS),
      chains: whole(1)
        .nullable()
        .default(null)
        .describe('Number of chains at each temperature, at least 1. null: the batch size.'),
      temperatures: temperaturesSchema,
    },
  ),
  algorithm('mean_field', 'Contrastive divergence with means instead of samples (Welling and Hinton, 2002).', {
    k,
    order: nameIn({
      naive: 'First order: units are treated as independent.',
      tap2: 'Second order, by Thouless, Anderson and Palmer: includes how pairs of units vary together (Gabrié, Tramel and Krzakala, 2015).',
      tap3: 'Third order.',
    })
      .default('naive')
      .describe('Order of the expansion in the weights.'),
    damping: z
      .number()
      .min(0)
      .lt(1)
      .default(0)
      .describe('Share of the old means in the new ones, at least 0 and below 1.'),
  }),
  algorithm(
    'exact',
    'The exact gradient of the likelihood, by a sum over all states of the smaller layer: for small models.',
    {},
  ),
] as const

export const trainingSchema = z
  .discriminatedUnion('algorithm', ALGORITHMS)
  .meta({ id: 'training' })
  .optional()
  .describe('Training algorithm of an RBM. Default: contrastive divergence with one Gibbs step.')

export type RbmSpec = DeepReadonly<z.output<typeof rbmSchema>>
export type TrainingSpec = DeepReadonly<NonNullable<z.output<typeof trainingSchema>>>

/** How labels are learned; null for a model without them. */
export type LabelsSpec = NonNullable<Extract<TrainingSpec, { algorithm: 'cd' }>['labels']>
export const labelsOf = (training: TrainingSpec | undefined): LabelsSpec | null =>
  training?.algorithm === 'cd' ? training.labels : null

/** Defaults of a spec for an RBM. */
export const DEFAULT_TRAINING = { algorithm: 'cd' } as const
export const DEFAULT_OPTIMIZER = 'SGD'

interface RbmFields extends ValidationFields {
  readonly loss?: unknown
  readonly outputs?: unknown
  readonly target?: unknown
  readonly training?: TrainingSpec | undefined
  readonly metrics: readonly { readonly type: string }[]
  readonly fit: ValidationFields['fit'] & { readonly class_weight: unknown }
  readonly optimizer: { readonly type: string }
}

/** Metrics of an RBM with labels. */
const CLASS_METRICS: readonly string[] = ['accuracy']
/** Algorithms whose chains go on from one step to the next. */
export const PERSISTENT: readonly string[] = ['pcd', 'parallel_tempering']
/** Metrics of persistent chains, and the algorithms that have such chains. */
const CHAIN_METRICS: Readonly<Record<string, readonly string[]>> = {
  flip_rate: PERSISTENT,
  swap_rate: ['parallel_tempering'],
}
const METRIC_NAMES: readonly string[] = RBM_METRICS.map(({ type }) => type)

/** Rules for the fields of a spec with an RBM. */
export function* rbmRules(spec: RbmFields): Iterable<RuleIssue> {
  for (const key of ['loss', 'outputs', 'target'] as const) {
    if (spec[key] === undefined) continue
    const message = `found "${key}", but an RBM learns without labels and without a loss; use "training" instead`
    yield { code: 'order', path: [key], message }
  }
  if (spec.fit.class_weight !== null) {
    const message = 'found "class_weight", but an RBM learns without labels'
    yield { code: 'order', path: ['fit', 'class_weight'], message }
  }
  const labels = labelsOf(spec.training)
  const [measured, kind] = labels ? [CLASS_METRICS, 'an RBM with labels'] : [METRIC_NAMES, 'an RBM']
  for (const [index, { type }] of spec.metrics.entries()) {
    if (!measured.includes(type)) {
      const message = `found ${written(type)}, which is not a metric of ${kind}; ${oneOf(measured)}`
      yield { code: 'name', path: ['metrics', index], message, details: listed(measured) }
    }
    if (GAPS.includes(type) && !validates(spec)) {
      const message = `found ${written(type)}, which compares training and validation samples: it needs validation, such as a "validation_split" above 0 in "fit"`
      yield { code: 'order', path: ['metrics', index], message }
    }
    const needed = CHAIN_METRICS[type]
    if (needed && !needed.includes(spec.training?.algorithm ?? DEFAULT_TRAINING.algorithm)) {
      const message = `found ${written(type)}, which measures persistent chains: it needs "algorithm": ${either(needed.map(written))}`
      yield { code: 'order', path: ['metrics', index], message }
    }
  }
  for (const key of ['centered', 'sparsity', 'momentum_by_epoch'] as const) {
    if (!labels || !spec.training?.[key]) continue
    const message = `found "${key}", which cannot be used with labels`
    yield { code: 'order', path: ['training', key], message }
  }
  if (spec.training?.momentum_by_epoch && spec.optimizer.type !== 'SGD') {
    const message = `found "momentum_by_epoch", which is only for SGD; the optimizer is ${spec.optimizer.type}`
    yield { code: 'order', path: ['training', 'momentum_by_epoch'], message }
  }
}

/** Rules for a network: it must not have fields that are only for an RBM. */
export function* networkRules({ training, metrics }: Pick<RbmFields, 'training' | 'metrics'>): Iterable<RuleIssue> {
  if (training !== undefined) {
    const message = 'found "training", which is only for an RBM; a network is trained with "loss" and "optimizer"'
    yield { code: 'order', path: ['training'], message }
  }
  for (const [index, { type }] of metrics.entries()) {
    if (!METRIC_NAMES.includes(type)) continue
    yield {
      code: 'name',
      path: ['metrics', index],
      message: `found ${written(type)}, which is a metric of an RBM only`,
    }
  }
}
