/**
 * Layers, with the arguments and defaults of Keras 3 (keras/src/layers). A new layer is one entry of its family in
 * `layers/`; here are the list of all, those that hold others, and what a list of layers may be.
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
import { LONGEST_LIST, whole } from './whole.js'

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
  ...MERGING,
  ...ATTENTION,
  layer('Shared', 'Applies an earlier layer again, with the same weights.', {
    layer: z.string().min(1).describe('Name of the layer.'),
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

const layerSchema = family(LAYERS)
  .describe('A layer: an object with a `type`, or just the type if it needs no other field.')
  .meta({ id: 'layer' })

/** What a TimeDistributed holds. */
const distributedLayer = layerSchema
  .superRefine(rules(distributedRules))
  .transform((layer) => ({ ...layer, name: layer.name ?? snakeCase(layer.type) })) as z.ZodType<NamedLayer>

function* distributedRules(layer: z.output<typeof layerSchema>): Iterable<RuleIssue> {
  yield* wiringRules(layer)
  if (!['Input', 'Shared', 'Block'].includes(layer.type)) return
  yield { code: 'order', path: [], message: `found ${layer.type}, which cannot be in a TimeDistributed` }
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
