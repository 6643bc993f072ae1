/** Names of Keras that a spec may use, for docs/coverage.md. */
import { ACTIVATIONS } from '../../src/spec/activations.js'
import { AUGMENTATIONS } from '../../src/spec/augmentation.js'
import { CALLBACKS } from '../../src/spec/callbacks.js'
import { CONSTRAINTS } from '../../src/spec/constraints.js'
import { INITIALIZERS } from '../../src/spec/initializers.js'
import { LAYERS } from '../../src/spec/layers.js'
import { LOSSES } from '../../src/spec/losses.js'
import { METRICS } from '../../src/spec/metrics.js'
import { OPTIMIZERS } from '../../src/spec/optimizers.js'
import { REGULARIZERS } from '../../src/spec/regularizers.js'
import { scheduleSchema } from '../../src/spec/schedules.js'
import { STEPS } from '../../src/spec/steps.js'
import { kerasFixture } from './keras.js'
import { GAPS } from './keras-gaps.js'

interface Member {
  readonly shape: { readonly type: { readonly in: { readonly options: readonly string[] } } }
}

const ofFamily = (members: readonly Member[]) => members.map(({ shape }) => shape.type.in.options)

/** Preprocessing layers are steps of data. Some of our steps have the name of a layer. */
const preprocessing = ofFamily(STEPS).filter(([name]) => !ofFamily(LAYERS).some((names) => names.includes(name!)))

/** All that a spec may name, by kind: names of one thing together. */
export const OURS = {
  layers: [...ofFamily(LAYERS), ...preprocessing, ...ofFamily(AUGMENTATIONS)],
  activations: Object.keys(ACTIVATIONS).map((name) => [name]),
  initializers: ofFamily(INITIALIZERS),
  regularizers: ofFamily(REGULARIZERS),
  constraints: ofFamily(CONSTRAINTS),
  optimizers: ofFamily(OPTIMIZERS),
  schedules: ofFamily(scheduleSchema.options),
  losses: ofFamily(LOSSES),
  metrics: METRICS.map(({ type, aliases }) => [type, ...aliases]),
  callbacks: ofFamily(CALLBACKS),
} satisfies Record<string, readonly (readonly string[])[]>

export type Kind = keyof typeof OURS

export interface Covered {
  /** Its names in Keras. */
  readonly keras: readonly string[]
  /** Its names in a spec; none where it is missing. */
  readonly ours: readonly string[]
  /** Why it is missing. */
  readonly reason: string | undefined
}

/** Everything of a kind that Keras has. */
export const covered = (kind: Kind): Covered[] =>
  kerasFixture('names').kinds[kind].map((keras) => ({
    keras,
    ours: OURS[kind].filter((names) => names.some((name) => keras.includes(name))).flat(),
    reason: keras.map((name) => GAPS[kind][name]).find((reason) => reason !== undefined),
  }))

/** Names of layers that are in Keras' `_legacy`, and so not public any more. */
const LEGACY = ['ImageDataGenerator']

/** Names that Keras does not have. */
const additions = (kind: Kind): string[] => {
  const known = [...kerasFixture('names').kinds[kind].flat(), ...LEGACY]
  return OURS[kind].filter((names) => !names.some((name) => known.includes(name))).map(([name]) => name!)
}

const quoted = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ')

function section(kind: Kind): string {
  const all = covered(kind)
  const there = all.filter(({ ours }) => ours.length > 0)
  const missing = all.filter(({ ours }) => ours.length === 0)
  const own = additions(kind)
  return [
    `## ${kind[0]!.toUpperCase()}${kind.slice(1)}: ${there.length} of ${all.length}`,
    '',
    ...(kind === 'layers'
      ? [
          'Preprocessing layers are steps of `data`, and augmentations its `augment`; they are no layers of the model.',
          `One of the augmentations is not public in Keras any more: ${quoted(LEGACY)} of \`keras._legacy.preprocessing.image\`.`,
          '',
        ]
      : []),
    '| Keras | in a spec |',
    '| --- | --- |',
    ...there.map(({ keras, ours }) => `| ${quoted(keras)} | ${quoted(ours)} |`),
    '',
    ...(missing.length > 0 ? ['| missing | reason |', '| --- | --- |'] : []),
    ...missing.map(({ keras, reason }) => `| ${quoted(keras)} | ${reason} |`),
    ...(missing.length > 0 ? [''] : []),
    ...(own.length > 0 ? [`Not of Keras: ${quoted(own)}.`, ''] : []),
  ].join('\n')
}

export const coverageText = (): string =>
  [
    '# Names of Keras in a spec',
    '',
    `All public names of Keras ${kerasFixture('names').versions.keras}, with their names in a spec. Different names of one thing are in one line.`,
    '`npm run docs` writes this file.',
    '',
    ...(Object.keys(OURS) as Kind[]).map(section),
  ].join('\n')
