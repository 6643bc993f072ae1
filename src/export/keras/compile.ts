/**
 * Optimizer, losses and metrics of a spec as Keras 3 saves them, the arguments of `compile`
 * (keras/src/trainers/trainer.py, `get_compile_config`).
 */
import type { Shape } from '../../base/shape.js'
import { type OutputSpec, outputsOf } from '../../spec/outputs.js'
import type { ScheduleSpec, StepCount } from '../../spec/schedules.js'
import type { SupervisedSpec } from '../../spec/spec.js'
import { argumentsOf, type KerasObject, kerasObject, objectOf, reals, type Typed } from './objects.js'
import type { PythonValue } from './python-json.js'

/** Thrown for a part of a spec that Keras has not. The message is for users. */
export class NotInKeras extends Error {}

type Compiled = Pick<SupervisedSpec, 'optimizer' | 'loss' | 'metrics' | 'target' | 'outputs'>

/**
 * Returns the arguments of `compile`. `shapes` are those of the outputs; `stepsPerEpoch` is null if it is not known.
 * Throws NotInKeras.
 */
export function compileConfig(spec: Compiled, shapes: readonly Shape[], stepsPerEpoch: number | null): PythonValue {
  const outputs = outputsOf(spec)
  const sizes = shapes.map((shape) => shape.at(-1)!)
  const losses = outputs.map(({ loss }, index) => lossOf(loss, sizes[index]!))
  const metrics = outputs.map(({ metrics }, index) => metrics.map((metric) => metricOf(metric, sizes[index]!)))
  const several = outputs.length > 1
  return {
    optimizer: optimizerOf(spec.optimizer, stepsPerEpoch),
    loss: several ? losses : losses[0]!,
    loss_weights: several ? reals(outputs.map(({ loss_weight }) => loss_weight)) : null,
    metrics: several ? metrics : metrics[0]!,
    weighted_metrics: null,
    run_eagerly: false,
    steps_per_execution: 1,
    jit_compile: 'auto',
  }
}

/** Chooses the crossentropy that is meant for an output of this size. */
const forSize = <Spec extends Typed>(spec: Spec, size: number): Spec =>
  spec.type === 'crossentropy'
    ? { ...spec, type: size === 1 ? 'binary_crossentropy' : 'sparse_categorical_crossentropy' }
    : spec

const lossOf = (loss: OutputSpec['loss'], size: number): KerasObject => objectOf('keras.losses', forSize(loss, size))

/** Losses that are metrics only as functions. */
const FUNCTIONS = new Set<string>([
  'huber',
  'binary_focal_crossentropy',
  'categorical_focal_crossentropy',
  'categorical_generalized_cross_entropy',
])

/** A metric whose number of classes is that of the output. */
const withClasses = (metric: Typed & { readonly num_classes?: number | null }, size: number): Typed =>
  metric.num_classes === null ? ({ ...metric, num_classes: size } as Typed) : metric

function metricOf(given: OutputSpec['metrics'][number], size: number): PythonValue {
  // Keras too chooses the accuracy by the shapes of output and target; its key in the history is as written
  if (given.type === 'accuracy') return given.name === 'acc' ? 'acc' : 'accuracy'
  const metric = withClasses(forSize<Typed>(given, size), size)
  if (FUNCTIONS.has(metric.type)) {
    const fn = { module: 'builtins', class_name: 'function', config: metric.type, registered_name: 'function' }
    return kerasObject('keras.metrics', 'MeanMetricWrapper', { ...argumentsOf(metric), fn })
  }
  return objectOf('keras.metrics', metric.type === 'log_cosh' ? { ...metric, type: 'LogCoshError' } : metric)
}

function optimizerOf(optimizer: SupervisedSpec['optimizer'], stepsPerEpoch: number | null): KerasObject {
  const { learning_rate: rate } = optimizer
  const learning_rate = typeof rate === 'number' ? reals(rate) : scheduleOf(rate as ScheduleSpec, stepsPerEpoch)
  return kerasObject('keras.optimizers', optimizer.type, { ...argumentsOf(optimizer), learning_rate })
}

/** Schedules of ours that Keras lacks. */
const OURS = ['OneCycle', 'LinearWarmup']

function scheduleOf(schedule: ScheduleSpec, stepsPerEpoch: number | null): KerasObject {
  if (OURS.includes(schedule.type)) throw new NotInKeras(`Keras has no ${schedule.type}`)
  const inSteps = (count: unknown): unknown => {
    if (Array.isArray(count)) return count.map(inSteps)
    if (typeof count !== 'object' || count === null) return count
    if (stepsPerEpoch === null)
      throw new NotInKeras(`the length of an epoch is not known, in which ${schedule.type} counts`)
    return Math.max(1, Math.round((count as Exclude<StepCount, number>).epochs * stepsPerEpoch))
  }
  const counted = Object.fromEntries(Object.entries(schedule).map(([name, value]) => [name, inSteps(value)]))
  return objectOf('keras.optimizers.schedules', { ...counted, type: schedule.type })
}
