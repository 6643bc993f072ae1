/** Layers, with the arguments and defaults of Keras 3 (keras/src/layers). A new layer is one entry of `LAYERS`. */
import { z } from 'zod'
import { activationName } from './activations.js'
import { constraint } from './constraints.js'
import { family, member, type RuleIssue, rules } from './family.js'
import { identifier } from './identifier.js'
import { initializer } from './initializers.js'
import { regularizer } from './regularizers.js'
import { whole } from './whole.js'

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

/** -1 is the last axis. */
const axis = z.int().min(-10).max(10)

const QUERY_VALUE_KEY = 'Inputs: query, value and, if it is not the value, key; one input is all three: self-attention.'

/** Fields of every attention. */
const attending = {
  dropout: z.number().min(0).lt(1).default(0).describe('Fraction of the attention to drop in training.'),
  use_causal_mask: z.boolean().default(false).describe('Whether a step sees only itself and what came before.'),
}
/** Fields of an attention of many heads. */
const manyHeads = {
  sliding_window: size
    .nullable()
    .default(null)
    .describe('A step sees only those less than this many steps away. Default: all.'),
  use_gate: z
    .boolean()
    .default(false)
    .describe('Whether the query opens and shuts what is seen: times sigmoid(Dense(query)).'),
  ...bias,
  ...kernel,
  ...onOutput,
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
    { rate: z.number().min(0).lt(1).describe('Fraction to drop, at least 0 and below 1.') },
  ),
  layer('Flatten', 'Makes each sample a vector: (28, 28) becomes (784).', {}),
  layer('Reshape', 'Gives each sample another shape of the same number of elements.', {
    target_shape: z
      .array(whole(-1))
      .min(1)
      .superRefine(rules(targetShapeRules))
      .describe('The new shape, without the batch. One dimension may be -1: it takes what is left.'),
  }),
  layer('Add', 'Adds its inputs up. Sizes that differ must be 1.', {}),
  layer('Subtract', 'The first of two inputs less the second.', {}),
  layer('Multiply', 'Multiplies its inputs, element by element.', {}),
  layer('Average', 'The mean of its inputs, element by element.', {}),
  layer('Maximum', 'The largest of its inputs, element by element.', {}),
  layer('Minimum', 'The smallest of its inputs, element by element.', {}),
  layer('Concatenate', 'Puts its inputs side by side.', {
    axis: axis.default(-1).describe('Along which axis: -1 is the last one; 0, the batch, cannot be meant.'),
  }),
  layer('Dot', 'Sums of products of two inputs along one axis of each.', {
    axes: z
      .union([axis, z.array(axis).length(2)])
      .describe('The axis, or that of the first input and that of the second; 0, the batch, cannot be meant.'),
    normalize: z.boolean().default(false).describe('Whether lengths are made 1 first: the cosine of the angle.'),
  }),
  weighted('Attention', `softmax(query . key) . value. ${QUERY_VALUE_KEY}`, {
    use_scale: z.boolean().default(false).describe('Whether scores are multiplied by a weight.'),
    score_mode: z
      .enum(['dot', 'concat'])
      .default('dot')
      .describe(
        'How a query and a key are compared: dot, their product; concat, a weight times sum(tanh(query + key)).',
      ),
    ...attending,
  }),
  weighted('AdditiveAttention', `softmax(sum(scale tanh(query + key))) . value. ${QUERY_VALUE_KEY}`, {
    use_scale: z.boolean().default(true).describe('Whether each feature has a weight.'),
    ...attending,
  }),
  weighted('MultiHeadAttention', `Attention of several heads, each to projections of its own. ${QUERY_VALUE_KEY}`, {
    num_heads: size.describe('Number of heads.'),
    key_dim: size.describe('Size of queries and keys of a head.'),
    value_dim: size.nullable().default(null).describe('Size of values of a head. Default: key_dim.'),
    ...attending,
    ...manyHeads,
    output_shape: z
      .union([size, z.array(size).min(1)])
      .nullable()
      .default(null)
      .describe('Shape of a step of the output. Default: as many features as the query has.'),
  }),
  weighted(
    'GroupQueryAttention',
    `As MultiHeadAttention, but several heads of the query share one of keys and values. ${QUERY_VALUE_KEY}`,
    {
      head_dim: size.describe('Size of a head.'),
      num_query_heads: size.describe('Number of heads of the query, a multiple of num_key_value_heads.'),
      num_key_value_heads: size.describe('Number of heads of keys and values.'),
      ...attending,
      ...manyHeads,
    },
  ),
  layer('Shared', 'Applies an earlier layer once more, with the same weights.', {
    layer: z.string().min(1).describe('Name of the layer.'),
  }),
  layer('Block', 'Layers that belong together and may repeat: what the last one gives goes on.', {
    repeat: whole(1).default(1).describe('How many times, one after another; each time with weights of its own.'),
    layers: z
      .lazy((): z.ZodType<readonly { readonly type: string; readonly name: string }[]> => blockLayers)
      .describe(
        'The layers in order. Their weights are called after the block: block/dense/kernel, or block/1/dense/kernel where it repeats.',
      ),
  }),
] as const

const layerSchema = family(LAYERS).describe(
  'A layer: an object with a `type`, or just the type where it needs no more.',
)

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
    if (name === 'input' && place.input === 'nowhere') {
      const message = 'found "input", which in a Block is what goes into it; must be another name'
      yield { code: 'duplicate-name', path: [index, 'name'], message }
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
