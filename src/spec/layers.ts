/**
 * Layers, with the arguments and defaults of Keras 3 (keras/src/layers). A new layer is one entry of its family in
 * `layers/`. This file has the list of all layers, the layers that contain others, and the rules for a list of layers.
 */
import { z } from 'zod'
import { family, formed, type RuleIssue, rules } from './family.js'
import { ACTIVATION_LAYERS } from './layers/activations.js'
import { ATTENTION } from './layers/attention.js'
import { CONVOLUTION } from './layers/convolution.js'
import { CORE, IDENTITY } from './layers/core.js'
import { layer, snakeCase, weighted, wiringRules } from './layers/layer.js'
import { MERGING } from './layers/merging.js'
import { NORMALIZATION } from './layers/normalization.js'
import { POOLING } from './layers/pooling.js'
import { RECURRENT_LAYERS } from './layers/recurrent.js'
import { REGULARIZATION, SPATIAL_DROPOUT } from './layers/regularization.js'
import { RESHAPING } from './layers/reshaping.js'
import { SEQUENCES } from './layers/sequences.js'
import { SPATIAL } from './layers/spatial.js'
import { LONGEST_LIST, MOST_POWER_ITERATIONS, whole } from './whole.js'

export const LAYERS = [
  ...CORE,
  ...REGULARIZATION,
  ...NORMALIZATION,
  IDENTITY,
  ...ACTIVATION_LAYERS,
  ...RESHAPING,
  ...CONVOLUTION,
  ...POOLING,
  ...SPATIAL,
  ...SPATIAL_DROPOUT,
  ...SEQUENCES,
  ...RECURRENT_LAYERS,
  weighted('TimeDistributed', 'Applies a layer to every step.', {
    layer: z
      .lazy((): z.ZodType<{ readonly type: string; readonly name: string }> => distributedLayer)
      .describe('The layer.'),
  }),
  weighted(
    'SpectralNormalization',
    'Before each training step divides the kernel of a layer by its largest singular value (Miyato et al., 2018).',
    {
      layer: z
        .lazy((): z.ZodType<{ readonly type: string; readonly name: string }> => normalizedLayer)
        .describe('The layer: Dense, EinsumDense, Embedding, or a convolution that is not separable.'),
      power_iterations: whole(1, MOST_POWER_ITERATIONS)
        .default(1)
        .describe('How often the estimate of the singular value is improved in a step.'),
    },
  ),
  ...MERGING,
  ...ATTENTION,
  layer('Shared', 'Applies an earlier layer again, with the same weights.', {
    layer: z.string().min(1).describe('Name of the layer.'),
    reverse: z
      .boolean()
      .optional()
      .describe('Whether to apply a ReversibleEmbedding the other way, from vectors to a number for each integer.'),
  }),
  layer('Block', 'A group of layers that may repeat. Its output is that of the last layer.', {
    repeat: whole(1).default(1).describe('How many copies follow one another, each with its own weights.'),
    layers: z
      .lazy((): z.ZodType<readonly { readonly type: string; readonly name: string }[]> => blockLayers)
      .describe(
        'The layers in order. The names of their weights start with that of the block: block/dense/kernel, or block/1/dense/kernel if it repeats.',
      ),
  }),
] as const

type Member = (typeof LAYERS)[number]
type LayerName = Member['shape']['type']['in']['options'][number]
/** A named type, because the whole of it is too long for a type declaration. */
interface LayerSchema extends z.ZodType<z.output<Member>, z.input<Member> | LayerName> {}

const layerSchema: LayerSchema = family(LAYERS)
  .describe('A layer: an object with a `type`, or just the type if it needs no other field.')
  .meta({ id: 'layer' })

/** The layer in a TimeDistributed. */
const distributedLayer = layerSchema
  .superRefine(rules(distributedRules))
  .transform((layer) => ({ ...layer, name: layer.name ?? snakeCase(layer.type) })) as z.ZodType<NamedLayer>

function* distributedRules(layer: z.output<typeof layerSchema>): Iterable<RuleIssue> {
  yield* wiringRules(layer)
  if ('reverse' in layer && layer.reverse) {
    const message =
      'found true: leave out the TimeDistributed, because a reversed ReversibleEmbedding takes steps by itself'
    yield { code: 'order', path: ['reverse'], message }
  }
  if (!['Input', 'Shared', 'Block'].includes(layer.type)) return
  yield { code: 'order', path: [], message: `found ${layer.type}, which cannot be in a TimeDistributed` }
}

/** The layer in a SpectralNormalization. */
const normalizedLayer = layerSchema
  .superRefine(rules(normalizedRules))
  .transform((layer) => ({ ...layer, name: layer.name ?? snakeCase(layer.type) })) as z.ZodType<NamedLayer>

function* normalizedRules(layer: z.output<typeof layerSchema>): Iterable<RuleIssue> {
  yield* wiringRules(layer)
  if (!/^((Einsum)?Dense|Embedding|(Depthwise)?Conv\dD(Transpose)?)$/.test(layer.type)) {
    const message = `found ${layer.type}, must be Dense, EinsumDense, Embedding, or a convolution that is not separable`
    yield { code: 'order', path: [], message }
  }
  if (!('mask_zero' in layer) || !layer.mask_zero) return
  const message = 'found true, but SpectralNormalization passes no mask on'
  yield { code: 'order', path: ['mask_zero'], message }
}

type WithName<Layer> = Layer extends unknown ? Layer & { name: string } : never
export type NamedLayer = WithName<z.output<typeof layerSchema>>
/** A named type, so that the package's type declarations refer to it by name. */
export interface LayerList extends z.ZodType<NamedLayer[], z.input<typeof layerSchema>[]> {}

/** The kind of place where a list of layers is, which decides what the list may contain. */
interface Place {
  /** The positions in the list that an Input may have. */
  readonly input: 'first' | 'anywhere' | 'nowhere'
  /** True if a layer may name its inputs. */
  readonly wired: boolean
}

/** The schema of a list of layers. It gives every layer a name. */
const layerList = (place: Place): LayerList =>
  formed(
    z
      .array(layerSchema)
      .min(1)
      .max(LONGEST_LIST)
      .superRefine(rules((layers) => listRules(layers, place))),
    named,
  ).describe('The layers in order, from the data to the output.')

/** A stack of layers. */
export const stackedLayers = layerList({ input: 'first', wired: false })
/** Layers that may name their inputs. */
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
      const message = 'found "input", which is the name of the input of a Block; must be another name'
      yield { code: 'duplicate-name', path: [index, 'name'], message }
    }
    if ('inputs' in layer && layer.inputs !== undefined && !place.wired) {
      const message =
        'found inputs in a Sequential model, where the input of each layer is the layer before it; "type": "Functional" allows inputs'
      yield { code: 'order', path: [index, 'inputs'], message }
    }
    if (name === undefined) continue
    const first = seen.get(name)
    if (first === undefined) seen.set(name, index)
    else {
      const message = `found "${name}", which is the name of layer ${first} too; must be unique`
      yield { code: 'duplicate-name', path: [index, 'name'], message }
    }
  }
}

/** Names layers as Keras does: `dense`, `dense_1`, `dense_2`. It skips names that the user gave. */
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
