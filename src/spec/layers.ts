/** Layers, with the arguments and defaults of Keras 3 (keras/src/layers). A new layer is one entry of `LAYERS`. */
import { z } from 'zod'
import { activationName } from './activations.js'
import { constraint } from './constraints.js'
import { family, member, type RuleIssue, rules } from './family.js'
import { identifier } from './identifier.js'
import { initializer } from './initializers.js'
import { regularizer } from './regularizers.js'
import { LARGEST, whole } from './whole.js'

/** A layer without weights. */
const layer = <const Type extends string, Fields extends z.core.$ZodShape>(
  type: Type,
  description: string,
  fields: Fields,
) => member(type, description, { name, inputs, ...fields })

/** A layer with weights. */
const weighted = <const Type extends string, Fields extends z.core.$ZodShape>(
  type: Type,
  description: string,
  fields: Fields,
) => layer(type, description, { trainable, ...fields })

const name = identifier
  .optional()
  .describe(
    'Name of the layer, unique in the model; its weights are called after it. Default: the type in snake_case, numbered from the second on: dense, dense_1.',
  )

const inputs = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
  .optional()
  .describe(
    'Name of the layer, or names of the layers, whose output goes in; in a Functional model or a Block. Default: the layer before. In a Block "input" is what goes into the block.',
  )

const trainable = z.boolean().default(true).describe('Whether its weights are trained; false keeps them as they are.')

const size = whole(1)

const rate = (description: string) => z.number().min(0).lt(1).describe(description)
const slope = (value: number) => z.number().min(0).default(value).describe('Slope below.')

const activation = (description: string) => activationName.describe(description)

/** Fields of a layer with a kernel, and of one with a bias, as Keras has them. */
const kernel = {
  kernel_initializer: initializer('glorot_uniform', 'First values of the weights.'),
  kernel_regularizer: regularizer('What the weights add to the loss.'),
  kernel_constraint: constraint('What is done to the weights after each update.'),
}
const bias = {
  use_bias: z.boolean().default(true).describe('Whether a bias is added.'),
  bias_initializer: initializer('zeros', 'First values of the bias.'),
  bias_regularizer: regularizer('What the bias adds to the loss.'),
  bias_constraint: constraint('What is done to the bias after each update.'),
}
const onOutput = {
  activity_regularizer: regularizer('What the output adds to the loss, over the number of samples.'),
}

const axis = whole(-LARGEST)
const axes = (description: string) =>
  z
    .union([axis, z.array(axis).min(1)])
    .default(-1)
    .describe(description)
const epsilon = (value: number) =>
  z.number().min(0).default(value).describe('Added to what is divided by, so that it is never 0.')

/** What a layer multiplies by and adds after it has normalized. */
const affine = {
  center: z.boolean().default(true).describe('Whether beta is added.'),
  scale: z.boolean().default(true).describe('Whether there is a factor, gamma.'),
  beta_initializer: initializer('zeros', 'First values of beta.'),
  gamma_initializer: initializer('ones', 'First values of gamma.'),
  beta_regularizer: regularizer('What beta adds to the loss.'),
  gamma_regularizer: regularizer('What gamma adds to the loss.'),
  beta_constraint: constraint('What is done to beta after each update.'),
  gamma_constraint: constraint('What is done to gamma after each update.'),
}

/** At most one dimension is free, and none is 0: not in the JSON Schema, which cannot count in this version. */
function* targetShapeRules(shape: readonly number[]): Iterable<RuleIssue> {
  const free = shape.indexOf(-1)
  for (const [index, dim] of shape.entries()) {
    if (dim === 0)
      yield { code: 'range', path: [index], message: 'found 0, must be at least 1, or -1 for what is left' }
    if (dim === -1 && index !== free) {
      yield { code: 'range', path: [index], message: `found a second -1, only one dimension can take what is left` }
    }
  }
}

export const LAYERS = [
  member('Input', 'States the shape of one sample. Optional: it is inferred from the data.', {
    name,
    shape: z
      .array(size)
      .min(1)
      .describe('Shape of one sample, without the batch: [784], or [28, 28]. Must be the shape of the data.'),
  }),
  weighted('Dense', 'Fully connected: activation(x . kernel + bias), over the last axis.', {
    units: size.describe('Number of outputs, at least 1.'),
    activation: activation('Activation function of the output.').default('linear'),
    ...bias,
    ...kernel,
    ...onOutput,
  }),
  layer('Activation', 'Applies an activation function to each element.', {
    activation: activation('Activation function to apply.'),
  }),
  layer(
    'Dropout',
    'In training sets a random fraction of the elements to 0 and scales the others by 1 / (1 - rate); otherwise passes all through.',
    { rate: rate('Fraction to drop, at least 0 and below 1.') },
  ),
  layer('GaussianNoise', 'In training adds normal noise; otherwise passes all through.', {
    stddev: z.number().min(0).max(1).describe('Standard deviation of the noise, 0 to 1.'),
  }),
  layer(
    'GaussianDropout',
    'In training multiplies by normal noise of mean 1 and deviation sqrt(rate / (1 - rate)), that of Dropout.',
    { rate: rate('As of Dropout, at least 0 and below 1.') },
  ),
  layer(
    'AlphaDropout',
    'Dropout that keeps mean and variance; for activation selu. Dropped elements become -1.7581 before all are scaled and moved.',
    { rate: rate('Fraction to drop, at least 0 and below 1.') },
  ),
  layer('ActivityRegularization', 'Passes all through, and adds to the loss what goes through.', {
    l1: z.number().min(0).default(0).describe('Factor of the sum of absolute values, over the number of samples.'),
    l2: z.number().min(0).default(0).describe('Factor of the sum of squares, over the number of samples.'),
  }),
  weighted(
    'BatchNormalization',
    'Gives each channel mean 0 and variance 1: in training over the batch, otherwise by running means of what training saw.',
    {
      axis: axis.default(-1).describe('Axis of the channels, counted with the batch; -1 is the last.'),
      momentum: z.number().min(0).max(1).default(0.99).describe('Share of a running mean that a step keeps.'),
      epsilon: epsilon(1e-3),
      ...affine,
      moving_mean_initializer: initializer('zeros', 'First values of the running mean.'),
      moving_variance_initializer: initializer('ones', 'First values of the running variance.'),
    },
  ),
  weighted('LayerNormalization', 'Gives each sample mean 0 and variance 1 over one axis or several.', {
    axis: axes('Axis, or axes, to normalize over, counted with the batch; -1 is the last.'),
    epsilon: epsilon(1e-3),
    ...affine,
  }),
  weighted('GroupNormalization', 'Gives groups of channels of each sample mean 0 and variance 1 (Wu and He, 2018).', {
    groups: whole(-1)
      .refine((groups) => groups !== 0, 'found 0, must be at least 1, or -1 for one of each channel')
      .default(32)
      .describe('Number of groups, which the number of channels is a multiple of; -1 is one for each channel.'),
    axis: axis.default(-1).describe('Axis of the channels, counted with the batch; -1 is the last.'),
    epsilon: epsilon(1e-3),
    ...affine,
  }),
  weighted(
    'RMSNormalization',
    'Divides by the root of the mean square, times a learnt scale (Zhang and Sennrich, 2019).',
    {
      axis: axes('Axis, or axes, to normalize over, counted with the batch; -1 is the last.'),
      epsilon: epsilon(1e-6),
    },
  ),
  layer('UnitNormalization', 'Divides by the square root of the sum of squares.', {
    axis: axes('Axis, or axes, to normalize over, counted with the batch; -1 is the last.'),
  }),
  layer('Identity', 'Passes all through.', {}),
  layer('ReLU', 'x above the threshold, up to max_value; below it negative_slope (x - threshold).', {
    max_value: z.number().min(0).nullable().default(null).describe('Largest output; null for no bound.'),
    negative_slope: slope(0),
    threshold: z.number().min(0).default(0).describe('Where x begins to pass.'),
  }),
  layer('LeakyReLU', 'x where positive, else negative_slope x.', { negative_slope: slope(0.3) }),
  weighted('PReLU', 'x where positive, else alpha x, with a learnt alpha (He et al., 2015).', {
    alpha_initializer: initializer('zeros', 'First values of alpha.'),
    alpha_regularizer: regularizer('What alpha adds to the loss.'),
    alpha_constraint: constraint('What is done to alpha after each update.'),
    shared_axes: z
      .union([size, z.array(size).min(1)])
      .nullable()
      .default(null)
      .describe('Axes along which alpha is the same, counted with the batch: [1, 2] after Conv2D. null for none.'),
  }),
  layer('ELU', 'x where positive, else alpha (exp(x) - 1).', {
    alpha: z.number().default(1).describe('Factor of what is negative.'),
  }),
  layer('Softmax', 'exp(x) / sum(exp(x)): probabilities of classes that exclude each other.', {
    axis: axes('Axis, or axes, over which they add up to 1, counted with the batch; -1 is the last.'),
  }),
  layer('Flatten', 'Makes each sample a vector: (28, 28) becomes (784).', {}),
  layer('Reshape', 'Gives each sample another shape of the same number of elements.', {
    target_shape: z
      .array(whole(-1))
      .min(1)
      .superRefine(rules(targetShapeRules))
      .describe('The new shape, without the batch. One dimension may be -1: it takes what is left.'),
  }),
  layer('Shared', 'Applies an earlier layer once more, with the same weights.', {
    layer: z.string().min(1).describe('Name of the layer.'),
  }),
  layer('Block', 'Layers that belong together and may repeat: what the last one gives goes on.', {
    repeat: whole(1).default(1).describe('How many times, one after another; each time with weights of its own.'),
    layers: z
      .lazy((): z.ZodType<readonly { readonly type: string; readonly name: string }[]> => blockLayers)
      .describe('The layers in order. Their weights are called after the block: block_1/dense/kernel.'),
  }),
] as const

const layerSchema = family(LAYERS)
  .describe('A layer: an object with a `type`, or just the type where it needs no more.')
  .meta({ id: 'layer' })

type WithName<Layer> = Layer extends unknown ? Layer & { name: string } : never
export type NamedLayer = WithName<z.output<typeof layerSchema>>

/** Where a list of layers stands decides what it may hold. */
interface Place {
  /** Where an Input may be. */
  readonly input: 'first' | 'anywhere' | 'nowhere'
  /** Whether a layer may say where its inputs come from. */
  readonly wired: boolean
}

/** Layers in order; every layer of the output has a name. */
const layerList = (place: Place) =>
  z
    .array(layerSchema)
    .min(1)
    .superRefine(rules((layers) => listRules(layers, place)))
    .transform(named)
    .describe('The layers in order, from the data to the output.')

/** A stack of layers. */
export const stackedLayers = layerList({ input: 'first', wired: false })
/** Layers that name what goes into them. */
export const wiredLayers = layerList({ input: 'anywhere', wired: true })
const blockLayers = layerList({ input: 'nowhere', wired: true }) as z.ZodType<readonly NamedLayer[]>

function* listRules(layers: readonly z.output<typeof layerSchema>[], place: Place): Iterable<RuleIssue> {
  const seen = new Map<string, number>()
  for (const [index, layer] of layers.entries()) {
    const { type, name } = layer
    if (type === 'Input' && place.input === 'first' && index > 0) {
      yield { code: 'order', path: [index], message: 'found Input, which can only be the first layer' }
    }
    if (type === 'Input' && place.input === 'nowhere') {
      yield { code: 'order', path: [index], message: 'found Input, which cannot be in a Block' }
    }
    if ('inputs' in layer && layer.inputs !== undefined && !place.wired) {
      const message =
        'found inputs in a Sequential model, where each layer takes the one before; "type": "Functional" allows them'
      yield { code: 'order', path: [index, 'inputs'], message }
    }
    if (name === undefined) continue
    const first = seen.get(name)
    if (first === undefined) seen.set(name, index)
    else {
      const message = `found "${name}" again, the name of layer ${first} too; must be unique`
      yield { code: 'duplicate-name', path: [index, 'name'], message }
    }
  }
}

/** Keras' naming: `dense`, `dense_1`, `dense_2`; names that the user gave are passed over. */
function named(layers: z.output<typeof layerSchema>[]): NamedLayer[] {
  const taken = new Set(layers.map((one) => one.name))
  const count = new Map<string, number>()
  return layers.map(({ type, name: given, ...rest }) => {
    let name = given
    while (name === undefined) {
      const stem = snakeCase(type)
      const number = count.get(stem) ?? 0
      count.set(stem, number + 1)
      const candidate = number === 0 ? stem : `${stem}_${number}`
      if (!taken.has(candidate)) name = candidate
    }
    return { type, name, ...rest } as NamedLayer
  })
}

/** keras/src/utils/naming.py: `Conv2DTranspose` -> `conv2d_transpose`. */
const snakeCase = (type: string): string =>
  type
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
