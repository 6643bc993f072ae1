/** The outputs of a model and how each is trained: one output, or several by name. */
import { z } from 'zod'
import { type DeepReadonly, member, nameIn, type RuleIssue, rules } from './family.js'
import { historyNameRules, type NamedKey } from './history-names.js'
import { lossSchema } from './losses.js'
import { metricsSchema } from './metrics.js'
import { ONCE } from './once.js'
import { withShortForm } from './short-forms.js'
import { LONGEST_LIST, MOST_COLUMNS, whole } from './whole.js'

/** A class must not be in two groups. */
function* groupRules(groups: readonly (readonly number[])[]): Iterable<RuleIssue> {
  const seen = new Map<number, number>()
  for (const [group, classes] of groups.entries()) {
    for (const [index, one] of classes.entries()) {
      const before = seen.get(one)
      if (before === undefined) seen.set(one, group)
      else {
        const message = `found class ${one}, which is in group ${before} already`
        yield { code: 'duplicate', path: [group, index], message }
      }
    }
  }
}

const TARGETS = [
  member(
    'label',
    'The target of the data: a class label, or numbers. Of several targets, the one with the name of the layer.',
    {},
  ),
  member('field', 'One of several targets of the data.', {
    name: z.string().min(1).describe('Name of the target.'),
  }),
  member('grouped_label', "The number of the group that has the sample's class label.", {
    groups: z
      .array(z.array(whole(0)).min(1).max(MOST_COLUMNS))
      .min(2)
      .max(MOST_COLUMNS)
      .superRefine(rules(groupRules))
      .describe('Groups of class numbers; each class is in one group: [[0, 2, 4, 6, 8], [1, 3, 5, 7, 9]].'),
  }),
  member('input', 'The sample itself, element by element: for an autoencoder.', {}),
] as const

/** Types that need no other field. */
const bare = nameIn({ label: TARGETS[0].description!, input: TARGETS[3].description! })
const target = z.discriminatedUnion('type', TARGETS)

const inFull = (text: string) => (bare.safeParse(text, ONCE).success ? { type: text } : { type: 'field', name: text })

export const targetSchema = withShortForm(
  z.union([bare, z.string().min(1).describe('Name of a target of the data.'), target]),
  (given) => (typeof given === 'string' ? inFull(given) : undefined),
)
  .transform((given) => (typeof given === 'string' ? target.parse(inFull(given)) : given))
  .describe(
    'Target of the output: a type, the name of a target of the data, or an object with a `type`. Default: label.',
  )

const output = z
  .strictObject({
    loss: lossSchema.describe('Loss to minimize: the name, or an object with a `type`.'),
    loss_weight: z.number().min(0).default(1).describe('Weight of its loss in the sum of all losses.'),
    metrics: metricsSchema,
    target: targetSchema.prefault('label'),
  })
  .describe('Loss, metrics and target of one output.')

export const outputsSchema = z
  .record(z.string().min(1).describe('Name of a layer.'), output)
  .refine((outputs) => Object.keys(outputs).length > 0)
  .refine((outputs) => Object.keys(outputs).length <= LONGEST_LIST, {
    error: `found more than ${LONGEST_LIST} outputs`,
    abort: true,
  })
  .optional()
  .describe(
    'For a model with several outputs, instead of `loss` and `metrics`: loss, metrics and target of each output, by the name of its layer. History keys are loss, and <name>_loss and <name>_<metric> for each output.',
  )

export type TargetSpec = DeepReadonly<z.output<typeof targetSchema>>

/** One output and how it is trained. */
export interface OutputSpec extends DeepReadonly<z.output<typeof output>> {
  /** The layer; null for the last one of a model with one output. */
  readonly name: string | null
  /** Prefix of its history keys. */
  readonly prefix: string
  /** JSON pointer to its fields in the spec. */
  readonly pointer: string
}

type OutputFields = DeepReadonly<{
  loss?: z.output<typeof lossSchema> | undefined
  metrics: z.output<typeof metricsSchema>
  target: z.output<typeof targetSchema>
  outputs?: z.output<typeof outputsSchema>
}>

/** Returns the outputs of a spec: those that it names, or the only one. */
export function outputsOf({ loss, metrics, target, outputs }: OutputFields): readonly OutputSpec[] {
  if (outputs === undefined)
    return [{ name: null, prefix: '', pointer: '', loss: loss!, loss_weight: 1, metrics, target }]
  return Object.entries(outputs).map(([name, one]) => ({
    name,
    prefix: `${name}_`,
    pointer: `/outputs/${name}`,
    ...one,
  }))
}

/** All metrics by their history keys. */
export const metricsOf = (spec: OutputFields): readonly OutputFields['metrics'][number][] =>
  outputsOf(spec).flatMap(({ prefix, metrics }) =>
    metrics.map((metric) => ({ ...metric, name: `${prefix}${metric.name}` })),
  )

/** History keys of training: the loss; then for each output its own loss, if there are several, and its metrics. */
export const measuredKeys = (spec: OutputFields): string[] => [
  'loss',
  ...outputsOf(spec).flatMap(({ name, prefix, metrics }) => [
    ...(name === null ? [] : [`${prefix}loss`]),
    ...metrics.map((metric) => `${prefix}${metric.name}`),
  ]),
]

/** A spec with `outputs` must not have `loss` or `metrics`. */
export function* outputRules(
  spec: OutputFields & { readonly fit: { readonly class_weight: unknown } },
): Iterable<RuleIssue> {
  if (spec.outputs === undefined) return
  if (spec.loss !== undefined) {
    yield { code: 'order', path: ['loss'], message: 'found "loss" in addition to "outputs", each of which has its own' }
  }
  if (spec.metrics.length > 0) {
    yield {
      code: 'order',
      path: ['metrics'],
      message: 'found "metrics" in addition to "outputs", each of which has its own',
    }
  }
  if (spec.fit.class_weight !== null) {
    const message = 'found "class_weight", which is only for a model with one output'
    yield { code: 'order', path: ['fit', 'class_weight'], message }
  }
  yield* historyNameRules([{ key: 'loss', path: null }, ...Object.entries(spec.outputs).flatMap(namedKeys)])
}

const namedKeys = ([name, { metrics }]: readonly [string, Pick<OutputSpec, 'metrics'>]): NamedKey[] => [
  { key: `${name}_loss`, path: ['outputs', name] },
  // the schema of the list reports two metrics of the same name
  ...metrics
    .map((metric, index) => ({ key: `${name}_${metric.name}`, path: ['outputs', name, 'metrics', index] }))
    .filter(({ key }, index, all) => all.findIndex((other) => other.key === key) === index),
]
