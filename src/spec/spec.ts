/** The whole spec. zod is the one source of the format: types, defaults, words for editors, rules across fields. */
import { z } from 'zod'
import { callbackRules, monitorRules } from './callback-rules.js'
import { callbacksSchema, earlyStoppingSchema } from './callbacks.js'
import { dataSchema } from './data.js'
import { deviceSchema, engineSchema, PRECISIONS } from './engines.js'
import { expectSchema } from './expect.js'
import { type DeepReadonly, nameIn, type RuleIssue, rules } from './family.js'
import { fitSchema } from './fit.js'
import { keyRule } from './history-key.js'
import { identifier } from './identifier.js'
import { stackedLayers, wiredLayers } from './layers.js'
import { lossSchema } from './losses.js'
import { metricsSchema } from './metrics.js'
import { optimizerSchema } from './optimizers.js'
import { hasLoss, measuredKeys, metricsOf, outputRules, outputsSchema, targetSchema } from './outputs.js'

const sequential = z
  .strictObject({
    type: z.literal('Sequential').describe('A stack of layers, each with one input and one output.'),
    layers: stackedLayers,
  })
  .describe('A stack of layers.')

const functional = z
  .strictObject({
    type: z.literal('Functional').describe('A graph: layers name the layers whose output they take.'),
    layers: wiredLayers,
  })
  .describe('A graph of layers.')

const modelSchema = z.discriminatedUnion('type', [sequential, functional]).describe('The network.')

const fields = z.strictObject({
  $schema: z
    .string()
    .optional()
    .describe('Path or URL of the JSON Schema, by which an editor completes and explains this file.'),
  name: identifier.optional().describe('Name of the run and of its folder. Default: the name of the file.'),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(0)
    .describe('Everything random follows from it, 0 to 4294967295: the same seed gives the same run.'),
  engine: engineSchema.prefault('auto').describe('What computes.'),
  device: deviceSchema
    .default('auto')
    .describe(
      'Where to compute: auto, cpu, gpu, or gpu:1 for the second one. GPUs are for engines tensorflow, eager:tensorflow and eager:webgpu.',
    ),
  precision: nameIn(PRECISIONS)
    .default('float32')
    .describe('What products are computed in; weights and what they learn stay in 32 bits.'),
  data: dataSchema,
  model: modelSchema,
  optimizer: optimizerSchema
    .prefault('rmsprop')
    .describe('How weights follow gradients: an object with a `type`, or just the type for its defaults.'),
  loss: lossSchema.optional().describe('What is made small: the name, or an object with a `type`.'),
  metrics: metricsSchema,
  target: targetSchema,
  outputs: outputsSchema,
  fit: fitSchema,
  early_stopping: earlyStoppingSchema,
  callbacks: callbacksSchema,
  expect: expectSchema,
})

export const specSchema = fields
  .refine(hasLoss, { error: 'found no "loss", which must be given' })
  .superRefine(rules(outputRules))
  .superRefine(rules(historyKeyRules))
  .meta({ title: 'trainspec', description: 'A network, its data, and how to train it.' })

/** What a history of this spec has, in order: `loss`, the metrics, and the same with `val_` where there is validation. */
export function historyKeys(
  spec: Parameters<typeof measuredKeys>[0] & { readonly fit: { readonly validation_split: number } },
): string[] {
  const keys = measuredKeys(spec)
  return spec.fit.validation_split > 0 ? [...keys, ...keys.map((key) => `val_${key}`)] : keys
}

function* historyKeyRules(spec: z.output<typeof fields>): Iterable<RuleIssue> {
  const keys = historyKeys(spec)
  const metrics = metricsOf(spec)
  if (spec.early_stopping) yield* monitorRules(spec.early_stopping, ['early_stopping'], keys, metrics)
  yield* callbackRules(spec, keys, metrics)
  const testable = [...keys, ...measuredKeys(spec).map((key) => `test_${key}`)]
  for (const key of Object.keys(spec.expect)) yield* keyRule(key, testable, ['expect', key])
}

/** Complete, defaulted, frozen; saved beside the results, and running it again is the same run. */
export type ResolvedSpec = DeepReadonly<Omit<z.output<typeof fields>, '$schema' | 'name'> & { name: string }>

/** How the run stops early, wherever the spec says it. */
export function earlyStoppingOf({ early_stopping, callbacks }: ResolvedSpec): EarlyStoppingSpec | null {
  return early_stopping ?? callbacks.find((callback) => callback.type === 'EarlyStopping') ?? null
}

export type DataSpec = ResolvedSpec['data']
export type ModelSpec = ResolvedSpec['model']
export type LayerSpec = ModelSpec['layers'][number]
export type OptimizerSpec = ResolvedSpec['optimizer']
export type LossSpec = NonNullable<ResolvedSpec['loss']>
export type MetricSpec = ResolvedSpec['metrics'][number]
export type FitSpec = ResolvedSpec['fit']
export type EarlyStoppingSpec = NonNullable<ResolvedSpec['early_stopping']>
export type CallbackSpec = ResolvedSpec['callbacks'][number]
export type ExpectSpec = ResolvedSpec['expect']
export type EngineName = ResolvedSpec['engine']
