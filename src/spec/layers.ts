/** Layers, with the arguments and defaults of Keras 3 (keras/src/layers). A new layer is one entry of `LAYERS`. */
import { z } from 'zod'
import { activationName } from './activations.js'
import { family, member, type RuleIssue, rules } from './family.js'
import { identifier } from './identifier.js'
import { initializerName } from './initializers.js'
import { whole } from './whole.js'

const layer = <const Type extends string, Fields extends z.core.$ZodShape>(
  type: Type,
  description: string,
  fields: Fields,
) => member(type, description, { name, ...fields })

const name = identifier
  .optional()
  .describe(
    'Name of the layer, unique in the model; its weights are called after it. Default: the type in snake_case, numbered from the second on: dense, dense_1.',
  )

const size = whole(1)

const activation = (description: string) => activationName.describe(description)

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
  layer('Input', 'States the shape of one sample. Optional: it is inferred from the data. First layer only.', {
    shape: z
      .array(size)
      .min(1)
      .describe('Shape of one sample, without the batch: [784], or [28, 28]. Must be the shape of the data.'),
  }),
  layer('Dense', 'Fully connected: activation(x . kernel + bias), over the last axis.', {
    units: size.describe('Number of outputs, at least 1.'),
    activation: activation('Activation function of the output.').default('linear'),
    use_bias: z.boolean().default(true).describe('Whether a bias is added.'),
    kernel_initializer: initializerName.default('glorot_uniform').describe('First values of the weights.'),
    bias_initializer: initializerName.default('zeros').describe('First values of the bias.'),
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
] as const

const layerSchema = family(LAYERS).describe(
  'A layer: an object with a `type`, or just the type where it needs no more.',
)

type WithName<Layer> = Layer extends unknown ? Layer & { name: string } : never
type NamedLayer = WithName<z.output<typeof layerSchema>>

/** A stack of layers; every layer of the output has a name. */
export const layersSchema = z
  .array(layerSchema)
  .min(1)
  .superRefine(rules(stackRules))
  .transform(named)
  .describe('The layers in order, from the data to the output.')

function* stackRules(layers: readonly z.output<typeof layerSchema>[]): Iterable<RuleIssue> {
  const seen = new Map<string, number>()
  for (const [index, { type, name }] of layers.entries()) {
    if (type === 'Input' && index > 0) {
      yield { code: 'order', path: [index], message: 'found Input, which can only be the first layer' }
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
