/** Specs for tests, resolved like the file of a user, and the names of the format. */
import { LOSS_TARGETS, LOSSES } from '../../src/spec/losses.js'
import { METRICS } from '../../src/spec/metrics.js'
import { OPTIMIZERS } from '../../src/spec/optimizers.js'
import {
  type DataSpec,
  type LossSpec,
  type MetricSpec,
  type OptimizerSpec,
  type SupervisedSpec,
  specSchema,
} from '../../src/spec/spec.js'

/** Layers and whatever else matters to a test; the rest is default. */
export function resolveSpec({
  layers,
  ...rest
}: { layers: readonly unknown[] } & Record<string, unknown>): SupervisedSpec {
  const spec = { name: 'test', data: 'mnist', loss: 'mse', model: { type: 'Sequential', layers }, ...rest }
  return specSchema.parse(spec) as SupervisedSpec
}

export const resolveLoss = (loss: unknown): LossSpec => resolveSpec({ layers: ['Flatten'], loss }).loss!

export const resolveMetric = (metric: unknown): MetricSpec =>
  resolveSpec({ layers: ['Flatten'], metrics: [metric] }).metrics[0]!
/** An object with a `type`, or just the type. */
export const resolveOptimizer = (optimizer: unknown): OptimizerSpec =>
  resolveSpec({ layers: ['Flatten'], optimizer }).optimizer

/** An object, or just the name of a data set. */
export const resolveData = (data: unknown): DataSpec => resolveSpec({ layers: ['Flatten'], data }).data

export const resolveModel = (layers: readonly unknown[]) => resolveSpec({ layers }).model

interface Member {
  readonly shape: { readonly type: { readonly in: { readonly options: readonly string[] } } }
}
const typesOf = (members: readonly Member[]) => members.map((member) => member.shape.type.in.options[0]!)

export const optimizerTypes = typesOf(OPTIMIZERS) as OptimizerSpec['type'][]
export const lossTypes = typesOf(LOSSES) as LossSpec['type'][]
/** Losses that compare each element of an output, or each row of it: all but those of sequences. */
export const rowLossTypes = lossTypes.filter(
  (type): type is Exclude<LossSpec['type'], 'ctc'> => LOSS_TARGETS[type] !== 'sequence',
)
export const metricTypes = METRICS.map(({ type }) => type)

/** Required fields of a metric. */
const NEEDED: Readonly<Record<string, object>> = {
  sensitivity_at_specificity: { specificity: 0.5 },
  specificity_at_sensitivity: { sensitivity: 0.5 },
  precision_at_recall: { recall: 0.5 },
  recall_at_precision: { precision: 0.5 },
  iou: { target_class_ids: [0, 2], sparse_y_pred: false },
  mean_iou: { sparse_y_pred: false },
  one_hot_iou: { target_class_ids: [1] },
}

/** Every metric, as a spec has it. */
export const allMetrics = metricTypes.map((type) => (NEEDED[type] ? { type, ...NEEDED[type] } : type))
