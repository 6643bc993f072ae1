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

const recurrentFields = {
  units: size.describe('Number of outputs, at least 1.'),
  activation: activation('Activation function of what is new in a step.').default('tanh'),
  return_sequences: z.boolean().default(false).describe('Whether it gives the output of every step, or of the last.'),
  go_backwards: z
    .boolean()
    .default(false)
    .describe('Whether it begins at the last step; outputs of all steps then come in that order.'),
  dropout: z.number().min(0).lt(1).default(0).describe('Fraction of the inputs to drop, the same in every step.'),
  recurrent_dropout: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('Fraction of what is handed from step to step to drop, the same in every step.'),
  zero_output_for_mask: z
    .boolean()
    .default(false)
    .describe('Whether the output of a step that is passed over is 0, instead of that of the step before.'),
  unroll: z.boolean().default(false).describe('As in Keras; makes no difference here: steps are always written out.'),
  ...bias,
  ...kernel,
  recurrent_initializer: initializer('orthogonal', 'First values of the weights between steps.'),
  recurrent_regularizer: regularizer('What the weights between steps add to the loss.'),
  recurrent_constraint: constraint('What is done to the weights between steps after each update.'),
  ...onOutput,
}
const recurrentActivation = activation('Activation function of the gates.').default('sigmoid')

/** Layers that go through a sequence, step by step; what a Bidirectional may hold. */
const RECURRENT = [
  weighted(
    'SimpleRNN',
    'Recurrent: activation(x . kernel + h . recurrent_kernel + bias), step by step.',
    recurrentFields,
  ),
  weighted('LSTM', 'Long short-term memory (Hochreiter and Schmidhuber, 1997).', {
    ...recurrentFields,
    recurrent_activation: recurrentActivation,
    unit_forget_bias: z.boolean().default(true).describe('Whether the bias of the forget gate is 1 at first.'),
  }),
  weighted('GRU', 'Gated recurrent unit (Cho et al., 2014).', {
    ...recurrentFields,
    recurrent_activation: recurrentActivation,
    reset_after: z
      .boolean()
      .default(true)
      .describe('Whether the reset gate comes after the product with the recurrent kernel, or before it.'),
  }),
] as const

const recurrentSchema = family(RECURRENT).meta({ id: 'recurrent' })

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
  weighted('Embedding', 'A vector for each whole number.', {
    input_dim: size.describe('How many numbers there are: the largest and 1.'),
    output_dim: size.describe('Length of a vector.'),
    embeddings_initializer: initializer('random_uniform', 'First values of the vectors.'),
    embeddings_regularizer: regularizer('What the vectors add to the loss.'),
    embeddings_constraint: constraint('What is done to the vectors after each update.'),
    mask_zero: z.boolean().default(false).describe('Whether 0 stands for no number: recurrent layers pass it over.'),
    ...onOutput,
  }),
  layer('Masking', 'Has steps passed over whose features are all one value.', {
    mask_value: z.number().default(0).describe('The value.'),
  }),
  ...RECURRENT,
  weighted('Bidirectional', 'A recurrent layer, and another like it that begins at the last step.', {
    layer: recurrentSchema
      .superRefine(rules(forwardRules))
      .transform((layer) => ({ ...layer, name: layer.name ?? snakeCase(layer.type) }))
      .describe('SimpleRNN, LSTM or GRU.'),
    merge_mode: z
      .enum(['concat', 'sum', 'mul', 'ave'])
      .default('concat')
      .describe('How the two outputs become one. Keras also has null, for two outputs; a layer here has one.'),
  }),
  weighted('TimeDistributed', 'Applies a layer to every step.', {
    layer: z
      .lazy((): z.ZodType<{ readonly type: string; readonly name: string }> => distributedLayer)
      .describe('The layer.'),
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

const layerSchema = family(LAYERS).describe(
  'A layer: an object with a `type`, or just the type where it needs no more.',
)

/** What a TimeDistributed holds. */
const distributedLayer = layerSchema
  .superRefine(rules(distributedRules))
  .transform((layer) => ({ ...layer, name: layer.name ?? snakeCase(layer.type) })) as z.ZodType<NamedLayer>

function* forwardRules(layer: z.output<typeof recurrentSchema>): Iterable<RuleIssue> {
  yield* wiringRules(layer)
  if (!layer.go_backwards) return
  const message = 'found true, but the layer of a Bidirectional goes forwards; the other one goes backwards'
  yield { code: 'order', path: ['go_backwards'], message }
}

function* distributedRules(layer: z.output<typeof layerSchema>): Iterable<RuleIssue> {
  yield* wiringRules(layer)
  if (!['Input', 'Shared', 'Block'].includes(layer.type)) return
  yield { code: 'order', path: [], message: `found ${layer.type}, which cannot be in a TimeDistributed` }
}

function* wiringRules(layer: object): Iterable<RuleIssue> {
  if (!('inputs' in layer) || layer.inputs === undefined) return
  const message = 'found inputs, which a layer within another cannot have; it takes what the outer one is given'
  yield { code: 'order', path: ['inputs'], message }
}

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
