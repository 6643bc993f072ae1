/** Says how a model was compiled: its optimizer, losses and metrics. */
import { isObject } from '../base/json.js'
import { LOSSES } from '../spec/losses.js'
import { METRICS } from '../spec/metrics.js'
import { OPTIMIZERS } from '../spec/optimizers.js'
import { scheduleSchema } from '../spec/schedules.js'
import { type Family, familyOf, type Member, type Named, namedIn, said, short } from './fields.js'
import { type Fields, listed, lookUp, own, ownText, shown } from './outside.js'

export interface Compiled {
  /** Undefined if the file has none. */
  readonly optimizer: unknown
  /** The loss and metrics of each output, in their order. */
  readonly outputs: readonly CompiledOutput[]
  /** Settings that a spec cannot say, for the user: sentences without a full stop. */
  readonly notes: readonly string[]
}

export interface CompiledOutput {
  /** Undefined if the file has none that a spec can say. */
  readonly loss: unknown
  readonly lossWeight: number
  readonly metrics: readonly unknown[]
}

const NONE = 'the model was not compiled: the loss and the optimizer are yours to choose'

/** Says the settings for outputs of these names. */
export function sayCompiled(compiled: unknown, names: readonly string[]): Compiled {
  const notes: string[] = []
  const note = (text: string) => {
    notes.push(text)
  }
  if (!isObject(compiled)) {
    return {
      optimizer: undefined,
      outputs: names.map(() => ({ loss: undefined, lossWeight: 1, metrics: [] })),
      notes: [NONE],
    }
  }
  const losses = perOutput(own(compiled, 'loss'), names)
  const weights = perOutput(own(compiled, 'loss_weights'), names)
  const metrics = perOutput(own(compiled, 'metrics'), names, true)
  const weighted = own(compiled, 'weighted_metrics')
  if (Array.isArray(weighted) && weighted.flat().length > 0)
    note('"weighted_metrics" are left out: metrics of a spec are not weighted')
  return {
    optimizer: optimizerOf(own(compiled, 'optimizer_config') ?? own(compiled, 'optimizer'), note),
    outputs: names.map((_, index) => ({
      loss: lossOf(losses[index], note),
      lossWeight: typeof weights[index] === 'number' ? weights[index] : 1,
      metrics: listed(metrics[index]).flatMap((metric) => metricOf(metric, note)),
    })),
    notes,
  }
}

/** One value for all outputs, a list in their order, or an object by their names. */
function perOutput(value: unknown, names: readonly string[], isList = false): readonly unknown[] {
  if (isObject(value) && !Object.hasOwn(value, 'class_name')) return names.map((name) => own(value, name))
  if (!Array.isArray(value)) return names.map(() => value)
  // metrics of the only output may be a list, or a list in a list
  if (isList && (names.length === 1 || !value.some(Array.isArray))) return names.map(() => value.flat())
  return names.map((_, index) => value[index])
}

type Note = (text: string) => void

const LOSS_FAMILY = familyOf(LOSSES)

function lossOf(value: unknown, note: Note): unknown {
  if (value === undefined || value === null) return undefined
  const named = namedIn(value)
  const { reduction, axis, ...config } = named?.config ?? {}
  const isMean =
    reduction === undefined || ['sum_over_batch_size', 'auto', 'mean', null].includes(reduction as string | null)
  const hasAxis = LOSS_FAMILY.get(named?.name ?? '')?.member.shape.axis !== undefined
  const found = said(
    named && { ...named, config: { ...config, ...(hasAxis && axis !== undefined && { axis }) } },
    LOSS_FAMILY,
    'loss',
  )
  if ('problem' in found) {
    note(`the loss ${found.problem}`)
    return undefined
  }
  if (!isMean) note(`the loss has reduction ${shown(reduction)}; that of a spec is the mean`)
  return found.value
}

interface MetricEntry {
  readonly type: string
  readonly aliases: readonly string[]
  readonly schema: Member
}

const METRIC_FAMILY: Family = new Map(
  (METRICS as unknown as readonly MetricEntry[]).flatMap(({ type, aliases, schema }) =>
    [type, ...aliases].map((name) => [name, { type, member: schema }] as const),
  ),
)

function metricOf(value: unknown, note: Note): unknown[] {
  const named = namedIn(value)
  const fn = own(named?.config, 'fn')
  // a function that is a metric, as tf.keras wraps it
  const given: Named | undefined = named && (typeof fn === 'string' ? { name: fn, config: {} } : named)
  const name = ownText(named?.config, 'name')
  const found = said(given, METRIC_FAMILY, 'metric')
  if ('problem' in found) {
    note(`a metric ${found.problem}`)
    return []
  }
  // the name as it is written is that in the history
  if (typeof value === 'string') return [value]
  const { type, ...rest } = (typeof found.value === 'string' ? { type: found.value } : found.value) as Fields
  const isNamed = name !== undefined && name !== type
  return [isNamed || Object.keys(rest).length > 0 ? { type, ...(isNamed && { name }), ...rest } : type]
}

const OPTIMIZER_FAMILY = familyOf(OPTIMIZERS)
const SCHEDULE_FAMILY = familyOf(scheduleSchema.options)
/** Settings of an optimizer that a spec has no need of. */
const UNUSED = new Set(['is_legacy_optimizer', 'jit_compile', 'loss_scale_factor'])

function optimizerOf(value: unknown, note: Note): unknown {
  if (value === undefined || value === null) return undefined
  const named = namedIn(value)
  const config: Record<string, unknown> = {}
  for (const [key, given] of Object.entries(named?.config ?? {})) {
    const name = lookUp(RENAMED, key) ?? key
    if (
      UNUSED.has(key) ||
      given === null ||
      (key === 'decay' && given === 0) ||
      (key === 'weight_decay' && given === false)
    )
      continue
    config[name] = name === 'learning_rate' ? rateOf(given, note) : given
  }
  // tf.keras registers its optimizers as if they were the user's
  const name = named?.name.replace(/^Custom>/, '') ?? ''
  const found = said(named && { name, config }, OPTIMIZER_FAMILY, 'optimizer')
  if (!('problem' in found)) return found.value
  note(`the optimizer ${found.problem}`)
  return undefined
}

/** Spellings of Keras 1 and 2, and of TensorFlow.js. */
const RENAMED: Readonly<Record<string, string>> = {
  lr: 'learning_rate',
  learningRate: 'learning_rate',
  beta1: 'beta_1',
  beta2: 'beta_2',
  useNesterov: 'nesterov',
}

function rateOf(value: unknown, note: Note): unknown {
  if (!isObject(value)) return short(value)
  const found = said(namedIn(value), SCHEDULE_FAMILY, 'schedule of the learning rate')
  if (!('problem' in found)) return found.value
  note(`the learning rate ${found.problem}`)
  return undefined
}
