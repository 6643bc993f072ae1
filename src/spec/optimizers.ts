/**
 * Optimizers, with the arguments and defaults of Keras 3 (keras/src/optimizers). A new one is one entry of
 * `OPTIMIZERS`.
 */
import { z } from 'zod'
import { family, member, type RuleIssue, rules } from './family.js'
import { learningRateSchema } from './schedules.js'
import { LONGEST_LIST, whole } from './whole.js'
import { written } from './words.js'

const orNone = (least: z.ZodNumber, description: string) => least.nullable().default(null).describe(description)

const weightDecay = z.number().min(0)
const WEIGHT_DECAY = 'Share of each weight, times the learning rate, that is taken off before an update; at least 0'

/** Arguments of every optimizer (keras/src/optimizers/base_optimizer.py). */
const forAll = {
  weight_decay: orNone(weightDecay, `${WEIGHT_DECAY}. null: none.`),
  clipnorm: orNone(z.number().gt(0), 'Largest norm of the gradient of each weight, above 0. null: no limit.'),
  clipvalue: orNone(z.number().gt(0), 'Largest absolute value of each element of a gradient, above 0. null: no limit.'),
  global_clipnorm: orNone(z.number().gt(0), 'Largest norm of all gradients together, above 0. null: no limit.'),
  use_ema: z
    .boolean()
    .default(false)
    .describe('Keep a moving average of the weights, and replace the weights by it when training ends.'),
  ema_momentum: z
    .number()
    .min(0)
    .max(1)
    .default(0.99)
    .describe('With `use_ema`: share of the old average in the new one, 0 to 1.'),
  ema_overwrite_frequency: orNone(
    whole(1),
    'With `use_ema`: replace the weights by their average every so many updates. null: only at the end.',
  ),
  gradient_accumulation_steps: orNone(
    whole(2),
    'Number of steps whose mean gradient makes one update, at least 2. null: each step is an update.',
  ),
}

const CLIPS = ['clipnorm', 'clipvalue', 'global_clipnorm'] as const

/** Defines an optimizer. As in Keras, its name may also be written in lower case. */
const optimizer = <const Type extends string, Fields extends z.core.$ZodShape>(
  type: Type,
  description: string,
  fields: Fields,
) =>
  member(type, description, { ...fields, ...forAll, ...fields } as Omit<typeof forAll, keyof Fields> & Fields, [
    type.toLowerCase(),
  ]).superRefine(rules(clipRules))

function* clipRules(spec: object): Iterable<RuleIssue> {
  const found = CLIPS.filter((name) => (spec as Readonly<Record<string, unknown>>)[name] != null)
  if (found.length < 2) return
  yield {
    code: 'conflict',
    path: [found.at(-1)!],
    message: `found ${found.join(' and ')}, only one of them can be set`,
  }
}

const momentum = z
  .number()
  .min(0)
  .max(1)
  .default(0)
  .describe('Share of the last step that is added to this one, 0 to 1. 0 is plain gradient descent.')

const epsilon = z.number().min(0).default(1e-7).describe('Small number, at least 0, that avoids division by 0.')

const decay = (value: number, of: string) =>
  z.number().min(0).lt(1).default(value).describe(`Decay of the running mean of ${of}, at least 0 and below 1.`)

const adam = {
  learning_rate: learningRateSchema(0.001),
  beta_1: decay(0.9, 'gradients'),
  beta_2: decay(0.999, 'squared gradients'),
  epsilon,
}

const amsgrad = z.boolean().default(false).describe('Divide by the largest mean square so far (Reddi et al., 2018).')

const accumulator = z.number().min(0).default(0.1).describe('First value of the sum of squared gradients, at least 0.')

const strength = (description: string) => z.number().min(0).default(0).describe(`${description}, at least 0.`)

const coefficient = (value: number, of: string) =>
  z.number().default(value).describe(`Coefficient of ${of} in the Newton-Schulz iteration.`)

export const OPTIMIZERS = [
  optimizer('SGD', 'Gradient descent, with momentum if wanted.', {
    learning_rate: learningRateSchema(0.01),
    momentum,
    nesterov: z.boolean().default(false).describe("Nesterov's momentum; has no effect while momentum is 0."),
  }),
  optimizer('RMSprop', 'Divides the gradient by a running root mean square of itself (Hinton, 2012).', {
    learning_rate: learningRateSchema(0.001),
    rho: z.number().min(0).max(1).default(0.9).describe('Decay of the running mean of squared gradients, 0 to 1.'),
    momentum,
    epsilon,
    centered: z.boolean().default(false).describe('Divide by the standard deviation instead of the root mean square.'),
  }),
  optimizer('Adam', 'Running means of gradient and squared gradient (Kingma and Ba, 2015).', { ...adam, amsgrad }),
  optimizer('AdamW', 'Adam with weight decay decoupled from the gradient (Loshchilov and Hutter, 2019).', {
    ...adam,
    amsgrad,
    weight_decay: weightDecay.default(0.004).describe(`${WEIGHT_DECAY}.`),
  }),
  optimizer('Adadelta', 'Scales steps by the size of earlier steps (Zeiler, 2012).', {
    learning_rate: learningRateSchema(0.001),
    rho: decay(0.95, 'squared gradients and squared steps'),
    epsilon,
  }),
  optimizer('Adagrad', 'Divides the gradient by the root of all its squares so far (Duchi et al., 2011).', {
    learning_rate: learningRateSchema(0.001),
    initial_accumulator_value: accumulator,
    epsilon,
  }),
  optimizer('Adamax', 'Adam with a decaying maximum of gradients (Kingma and Ba, 2015, section 7.1).', {
    ...adam,
    beta_2: z
      .number()
      .min(0)
      .lt(1)
      .default(0.999)
      .describe('Decay of the maximum of gradients, at least 0 and below 1.'),
  }),
  optimizer('Nadam', "Adam with Nesterov's momentum (Dozat, 2015).", adam),
  optimizer('Ftrl', 'Follows the regularized leader (McMahan et al., 2013): for wide models with sparse inputs.', {
    learning_rate: learningRateSchema(0.001),
    learning_rate_power: z
      .number()
      .max(0)
      .default(-0.5)
      .describe(
        'Power by which the learning rate falls with the sum of squared gradients, at most 0. 0: it does not fall.',
      ),
    initial_accumulator_value: accumulator,
    l1_regularization_strength: strength('L1 penalty, which makes weights exactly 0'),
    l2_regularization_strength: strength('L2 penalty, which stabilizes the weights'),
    l2_shrinkage_regularization_strength: strength('L2 penalty as a part of the loss'),
    beta: z.number().min(0).default(0).describe('Makes the first steps smaller, at least 0.'),
  }),
  optimizer('Lion', 'Steps of equal size, in the direction of the sign of a momentum (Chen et al., 2023).', {
    learning_rate: learningRateSchema(0.001),
    beta_1: z
      .number()
      .gt(0)
      .max(1)
      .default(0.9)
      .describe('Share of the momentum in the direction of a step, above 0 and at most 1. The rest is the gradient.'),
    beta_2: decay(0.99, 'gradients'),
  }),
  optimizer('Lamb', "Adam with each weight's step in proportion to the weight's norm (You et al., 2019).", adam),
  optimizer(
    'Adafactor',
    'Stores only row and column means of squared gradients, to save memory (Shazeer and Stern, 2018).',
    {
      learning_rate: learningRateSchema(0.001),
      beta_2_decay: z
        .number()
        .default(-0.8)
        .describe('Power of the step count by which old squared gradients decay; below 0.'),
      epsilon_1: z.number().min(0).default(1e-30).describe('Added to squared gradients, at least 0.'),
      epsilon_2: z
        .number()
        .min(0)
        .default(1e-3)
        .describe('Smallest root mean square of a weight that is used, at least 0.'),
      clip_threshold: z.number().gt(0).default(1).describe('Largest root mean square of a step, above 0.'),
      relative_step: z
        .boolean()
        .default(true)
        .describe('Has no effect, as in Keras 3: the learning rate is at most 1 / sqrt(step) in any case.'),
    },
  ),
  optimizer('Muon', "Makes all singular values of a matrix's momentum nearly equal. Other weights use Adam.", {
    learning_rate: learningRateSchema(0.001),
    adam_beta_1: decay(0.9, 'gradients, where Adam is taken'),
    adam_beta_2: decay(0.999, 'squared gradients, where Adam is taken'),
    adam_weight_decay: weightDecay
      .nullable()
      .default(0.004)
      .describe(`${WEIGHT_DECAY}, where Adam is taken. null: none.`),
    epsilon,
    weight_decay: weightDecay.nullable().default(0.004).describe(`${WEIGHT_DECAY}, of matrices. null: none.`),
    exclude_layers: z
      .array(z.string().superRefine(rules(patternRules)))
      .max(LONGEST_LIST)
      .default([])
      .describe(
        'Patterns of names. A weight whose name, such as dense_1/kernel, matches one uses Adam. Use it for the last layer.',
      ),
    exclude_embeddings: z.boolean().default(true).describe('Weights with `embedding` in their name use Adam.'),
    muon_a: coefficient(3.4445, 'the first power'),
    muon_b: coefficient(-4.775, 'the third power'),
    muon_c: coefficient(2.0315, 'the fifth power'),
    adam_lr_ratio: z
      .number()
      .min(0)
      .default(1)
      .describe('Learning rate of Adam, as a factor of the learning rate of Muon.'),
    momentum: decay(0.95, 'gradients'),
    ns_steps: whole(0, 100).default(5).describe('Newton-Schulz iterations, 0 to 100.'),
    nesterov: z.boolean().default(true).describe("Nesterov's momentum."),
    rms_rate: z
      .number()
      .min(0)
      .nullable()
      .default(0.2)
      .describe('Root mean square of a step in units of the learning rate, at least 0. null: steps are not rescaled.'),
  }),
] as const

/** Limit on the characters of a pattern: enough for the names of several weights. */
const LONGEST_PATTERN = 1000

function* patternRules(pattern: string): Iterable<RuleIssue> {
  if (pattern.length > LONGEST_PATTERN) {
    const message = `found ${pattern.length} characters, must be at most ${LONGEST_PATTERN}`
    yield { code: 'range', path: [], message }
    return
  }
  try {
    new RegExp(pattern)
  } catch {
    yield { code: 'pattern', path: [], message: `found ${written(pattern)}, must be a regular expression` }
  }
}

export const optimizerSchema = family(OPTIMIZERS).meta({ id: 'optimizer' })
