/**
 * The whole spec. The zod schema is the only source of the format: types, defaults, descriptions, rules across fields.
 */
import { z } from 'zod'
import { SECONDS } from '../base/measured-once.js'
import { callbackRules, monitorRules } from './callback-rules.js'
import { callbacksSchema, earlyStoppingSchema } from './callbacks.js'
import { checkpointSchema } from './checkpoint.js'
import { dataSchema } from './data.js'
import { type DbnSpec, dbnRules, dbnSchema } from './dbn.js'
import { deviceSchema, engineSchema, PRECISIONS, type Precision } from './engines.js'
import { atRules, expectSchema } from './expect.js'
import { type DeepReadonly, formed, nameIn, type RuleIssue, rules } from './family.js'
import { fitSchema } from './fit.js'
import { keyRule } from './history-key.js'
import { identifier } from './identifier.js'
import { stackedLayers, wiredLayers } from './layers.js'
import { lossSchema } from './losses.js'
import type { ParsedMetric } from './metric.js'
import { anyMetricsSchema, type METRICS } from './metrics.js'
import { ONCE } from './once.js'
import { optimizerSchema } from './optimizers.js'
import { measuredKeys, metricsOf, outputRules, outputsSchema, type TargetSpec, targetSchema } from './outputs.js'
import {
  DEFAULT_OPTIMIZER,
  DEFAULT_TRAINING,
  networkRules,
  type RbmSpec,
  rbmRules,
  rbmSchema,
  type TrainingSpec,
  trainingSchema,
} from './rbm.js'
import { GAPS, type RBM_METRICS } from './rbm-metrics.js'
import { lossRules } from './rbm-monitor-rules.js'
import { unitRules } from './rbm-unit-rules.js'
import { startSchema } from './start.js'
import { sweepSchema } from './sweep.js'
import { foldRules, validates } from './validation.js'

const sequential = z
  .strictObject({
    type: z.literal('Sequential').describe('A stack of layers, each with one input and one output.'),
    layers: stackedLayers,
  })
  .describe('A stack of layers.')

const functional = z
  .strictObject({
    type: z.literal('Functional').describe('A graph of layers: a layer names the layers that are its inputs.'),
    layers: wiredLayers,
  })
  .describe('A graph of layers.')

const modelSchema = z.discriminatedUnion('type', [sequential, functional, rbmSchema, dbnSchema]).describe('The model.')

/** A named type, so that the package's type declarations refer to it by name. */
type Fields = {
  readonly $schema: z.ZodOptional<z.ZodString>
  readonly name: z.ZodOptional<typeof identifier>
  readonly seed: z.ZodDefault<z.ZodInt>
  readonly engine: z.ZodPrefault<typeof engineSchema>
  readonly device: z.ZodDefault<typeof deviceSchema>
  readonly precision: z.ZodDefault<z.ZodType<Precision, Precision>>
  readonly data: typeof dataSchema
  readonly model: typeof modelSchema
  readonly start: z.ZodOptional<typeof startSchema>
  readonly optimizer: z.ZodOptional<typeof optimizerSchema>
  readonly loss: z.ZodOptional<typeof lossSchema>
  readonly metrics: typeof anyMetricsSchema
  readonly target: z.ZodOptional<typeof targetSchema>
  readonly outputs: typeof outputsSchema
  readonly training: typeof trainingSchema
  readonly fit: typeof fitSchema
  readonly early_stopping: typeof earlyStoppingSchema
  readonly callbacks: typeof callbacksSchema
  readonly checkpoint: typeof checkpointSchema
  readonly expect: typeof expectSchema
  readonly sweep: z.ZodOptional<typeof sweepSchema>
}

const fields: z.ZodObject<Fields, z.core.$strict> = z.strictObject({
  $schema: z
    .string()
    .optional()
    .describe('Path or URL of the JSON Schema. With it an editor completes and explains the fields of this file.'),
  name: identifier.optional().describe('Name of the run and of its folder. Default: the name of the file.'),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(0)
    .describe(
      'Seed of all random numbers, 0 to 4294967295. The same seed gives the same run, bit for bit, on the same engine and number of processors.',
    ),
  engine: engineSchema.prefault('auto').describe('The engine that computes the training steps.'),
  device: deviceSchema
    .default('auto')
    .describe(
      'Device to compute on: auto, cpu, gpu, or gpu:1 for the second GPU. Engines tensorflow, eager:tensorflow and eager:webgpu can use a GPU. With gpu:0,gpu:1 engine tensorflow trains on several GPUs: each computes a share of every batch.',
    ),
  precision: nameIn(PRECISIONS)
    .default('float32')
    .describe('Number format of matrix products. Weights and their updates stay in 32 bits.'),
  data: dataSchema,
  model: modelSchema,
  start: startSchema.optional(),
  optimizer: optimizerSchema
    .optional()
    .describe(
      'Optimizer: an object with a `type`, or just the type for its defaults. Default: rmsprop, or SGD for an RBM.',
    ),
  loss: lossSchema.optional().describe('Loss to minimize: the name, or an object with a `type`.'),
  metrics: anyMetricsSchema,
  target: targetSchema.optional(),
  outputs: outputsSchema,
  training: trainingSchema,
  fit: fitSchema,
  early_stopping: earlyStoppingSchema,
  callbacks: callbacksSchema,
  checkpoint: checkpointSchema,
  expect: expectSchema,
  sweep: sweepSchema.optional(),
})

/** A named type, because the whole of it is too long for a type declaration. */
interface SpecSchema extends z.ZodType<ReturnType<typeof complete>, z.input<typeof fields>> {}

export const specSchema: SpecSchema = formed(
  fields.refine(hasLoss, { error: 'found no "loss", which must be given' }),
  complete,
)
  .superRefine(rules(kindRules))
  .superRefine(rules(foldRules))
  .superRefine(rules(historyKeyRules))
  .meta({ title: 'trainspec', description: 'A model, its data, and how to train it.' })

/** A spec as it stands in a file: only what differs from the defaults. */
export type Spec = DeepReadonly<z.input<typeof specSchema>>

/** False if a network has no loss. The JSON Schema has the same rule. */
function hasLoss({ model, loss, outputs }: z.output<typeof fields>): boolean {
  return !endsInNetwork(model) || loss !== undefined || outputs !== undefined
}

/** True if the spec trains a network, perhaps after other stages. */
const endsInNetwork = (model: z.output<typeof modelSchema>): boolean =>
  model.type === 'DBN' ? model.fine_tune !== null : model.type !== 'RBM'

/** Adds the defaults that depend on the kind of model. */
function complete({ optimizer, loss, metrics, target, outputs, training, ...rest }: z.output<typeof fields>) {
  const { fit, early_stopping, callbacks, checkpoint, expect, sweep, ...before } = rest
  const { model } = before
  const defaults = defaultsOf(model)
  const follows = optimizer ?? (defaults.optimizer && optimizerSchema.parse(defaults.optimizer, ONCE))
  const compared = target ?? (defaults.target && targetSchema.parse(defaults.target, ONCE))
  const algorithm = training ?? (model.type === 'RBM' ? trainingSchema.parse(DEFAULT_TRAINING, ONCE) : undefined)
  // in the order of a resolved spec
  return {
    ...before,
    ...(follows && { optimizer: follows }),
    ...(loss && { loss }),
    metrics,
    ...(compared && { target: compared }),
    ...(outputs && { outputs }),
    ...(algorithm && { training: algorithm }),
    fit,
    early_stopping,
    callbacks,
    checkpoint,
    expect,
    ...(sweep && { sweep }),
  }
}

function defaultsOf(model: z.output<typeof modelSchema>): { readonly optimizer?: string; readonly target?: string } {
  if (model.type === 'RBM') return { optimizer: DEFAULT_OPTIMIZER }
  if (!endsInNetwork(model)) return {}
  const isAutoencoder = model.type === 'DBN' && model.fine_tune === 'autoencoder'
  return { optimizer: 'rmsprop', target: isAutoencoder ? 'input' : 'label' }
}

type Parsed = DeepReadonly<ReturnType<typeof complete>>

const hasNetwork = (spec: Parsed): spec is Parsed & Pick<SupervisedSpec, 'metrics' | 'target'> =>
  endsInNetwork(spec.model as z.output<typeof modelSchema>)

function* kindRules(spec: Parsed): Iterable<RuleIssue> {
  const { model, optimizer } = spec
  if (model.type === 'RBM') {
    yield* rbmRules({ ...spec, optimizer: optimizer! })
    yield* lossRules(spec)
    yield* unitRules(model, spec)
    return
  }
  if (model.type === 'DBN') yield* dbnRules({ ...spec, model })
  else yield* networkRules(spec)
  if (hasNetwork(spec)) yield* outputRules(spec)
}

/**
 * Returns the history keys of a spec, in order: `loss`, the metrics, and the same with `val_` if there is validation;
 * then the metrics of training and validation together.
 */
export function historyKeys(spec: Parsed): string[] {
  const keys = keysOf(spec)
  if (!validates(spec)) return keys
  const gaps = spec.metrics.filter(({ type }) => GAPS.includes(type)).map(({ name }) => name)
  return [...keys, ...keys.map((key) => `val_${key}`), ...gaps]
}

const keysOf = (spec: Parsed): string[] =>
  hasNetwork(spec)
    ? measuredKeys(spec)
    : ['loss', ...spec.metrics.filter(({ type }) => !GAPS.includes(type)).map(({ name }) => name)]

/** All metrics by their history keys. */
export const allMetricsOf = (spec: Parsed): readonly { readonly type: string; readonly name: string }[] =>
  hasNetwork(spec) ? metricsOf(spec) : spec.metrics

function* historyKeyRules(spec: Parsed): Iterable<RuleIssue> {
  const keys = historyKeys(spec)
  const metrics = allMetricsOf(spec)
  if (spec.early_stopping) yield* monitorRules(spec.early_stopping, ['early_stopping'], keys, metrics)
  yield* callbackRules(spec, keys, metrics)
  const expectable = [...keys, ...keysOf(spec).map((key) => `test_${key}`), SECONDS]
  for (const key of Object.keys(spec.expect)) yield* keyRule(key, expectable, ['expect', key])
  yield* atRules(spec.expect)
}

type Shared = Omit<
  Parsed,
  '$schema' | 'name' | 'model' | 'optimizer' | 'loss' | 'metrics' | 'target' | 'outputs' | 'training' | 'sweep'
> & { readonly name: string }

/** A network that learns from labels, or from the samples themselves. */
export interface SupervisedSpec extends Shared, Pick<Parsed, 'loss' | 'outputs'> {
  readonly model: NetworkSpec
  readonly optimizer: OptimizerSpec
  readonly metrics: readonly MetricSpec[]
  readonly target: TargetSpec
}

/** An RBM: a model of the distribution of the data. */
export interface UnsupervisedSpec extends Shared {
  readonly model: RbmSpec
  readonly optimizer: OptimizerSpec
  readonly training: TrainingSpec
  readonly metrics: readonly RbmMetricSpec[]
}

/** A DBN: RBMs trained one after another, and the network that is then trained, if `fine_tune` is not null. */
export interface StackedSpec extends Shared, Pick<Parsed, 'loss'> {
  readonly model: DbnSpec
  readonly optimizer?: OptimizerSpec
  readonly metrics: readonly MetricSpec[]
  readonly target?: TargetSpec
}

/** A spec that is trained in one stage. */
export type StageSpec = SupervisedSpec | UnsupervisedSpec

/** A complete, frozen spec with all defaults. It is saved with the results; running it again gives the same run. */
export type ResolvedSpec = StageSpec | StackedSpec

export const isStacked = (spec: ResolvedSpec): spec is StackedSpec => spec.model.type === 'DBN'

export const isUnsupervised = (spec: ResolvedSpec): spec is UnsupervisedSpec => spec.model.type === 'RBM'

export const isSupervised = (spec: ResolvedSpec): spec is SupervisedSpec =>
  !isStacked(spec) && spec.model.type !== 'RBM'

/** Returns the early stopping of a spec, which is either its field or one of its callbacks. */
export function earlyStoppingOf({ early_stopping, callbacks }: ResolvedSpec): EarlyStoppingSpec | null {
  return early_stopping ?? callbacks.find((callback) => callback.type === 'EarlyStopping') ?? null
}

/** Returns the callbacks of a spec that watch a history key. */
export function watchersOf({ early_stopping, callbacks }: ResolvedSpec): { type: string; monitor: string }[] {
  const stopping = early_stopping ? [{ type: 'EarlyStopping', monitor: early_stopping.monitor }] : []
  return [
    ...stopping,
    ...callbacks.flatMap((callback) => {
      if (!('monitor' in callback) || (callback.type === 'ModelCheckpoint' && !callback.save_best_only)) return []
      return [{ type: callback.type, monitor: callback.monitor }]
    }),
  ]
}

export type DataSpec = ResolvedSpec['data']
export type NetworkSpec = DeepReadonly<z.output<typeof sequential> | z.output<typeof functional>>
export type LayerSpec = NetworkSpec['layers'][number]
export type OptimizerSpec = NonNullable<Parsed['optimizer']>
export type LossSpec = NonNullable<Parsed['loss']>
export type MetricSpec = DeepReadonly<ParsedMetric<typeof METRICS>>
export type RbmMetricSpec = DeepReadonly<ParsedMetric<typeof RBM_METRICS>>
export type FitSpec = ResolvedSpec['fit']
export type EarlyStoppingSpec = NonNullable<ResolvedSpec['early_stopping']>
export type CallbackSpec = ResolvedSpec['callbacks'][number]
export type ExpectSpec = ResolvedSpec['expect']
export type EngineName = ResolvedSpec['engine']
