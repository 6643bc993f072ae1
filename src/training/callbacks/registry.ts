/** Callbacks by their name in a spec. */
import type { CallbackSpec } from '../../spec/spec.js'
import { buildSchedule, type RunLength } from '../schedules/registry.js'
import { type Callback, IDLE } from './callback.js'
import { csvLogger } from './csv-logger.js'
import { earlyStopping } from './early-stopping.js'
import { learningRateScheduler } from './learning-rate-scheduler.js'
import { modelCheckpoint } from './model-checkpoint.js'
import { reduceLrOnPlateau } from './reduce-lr-on-plateau.js'
import { tensorBoard } from './tensorboard.js'
import { timeBudget } from './time-budget.js'

/** What callbacks know of the run. */
export interface Surroundings {
  readonly epochs: RunLength['epochs']
  /** Which way a history key gets better; null where neither is better by itself. */
  betterOf(monitor: string): 'min' | 'max' | null
  /** Milliseconds. */
  readonly now: () => number
}

type Builder<Type extends CallbackSpec['type']> = (
  spec: Extract<CallbackSpec, { type: Type }>,
  surroundings: Surroundings,
  /** The callbacks that are asked before this one. */
  before: readonly Callback[],
) => Callback

const CALLBACKS: { readonly [Type in CallbackSpec['type']]: Builder<Type> } = {
  EarlyStopping: (spec, surroundings) => earlyStopping(withMode(spec, surroundings)),
  ReduceLROnPlateau: (spec, surroundings) => reduceLrOnPlateau(withMode(spec, surroundings)),
  ModelCheckpoint: (spec, surroundings) => modelCheckpoint(withMode(spec, surroundings)),
  LearningRateScheduler: ({ rates, schedule }, { epochs }) =>
    learningRateScheduler(rates ?? buildSchedule(schedule!, { stepsPerEpoch: 1, epochs })),
  CSVLogger: (spec, _, before) =>
    csvLogger(
      spec,
      before.some(({ logsLearningRate }) => logsLearningRate),
    ),
  TensorBoard: (spec) => tensorBoard(spec),
  // the loop does it for every run
  TerminateOnNaN: () => IDLE,
  TimeBudget: (spec, { now }) => timeBudget(spec, now),
}

/** `auto` goes by the metric that is watched; one that has no better way is only where nothing depends on it. */
const withMode = <Spec extends { readonly monitor: string; readonly mode: 'auto' | 'min' | 'max' }>(
  spec: Spec,
  { betterOf }: Surroundings,
) => ({ ...spec, mode: spec.mode === 'auto' ? (betterOf(spec.monitor) ?? 'min') : spec.mode })

/** The callbacks of a spec in their order; the casts say what the table's type proves. */
export function buildCallbacks(specs: readonly CallbackSpec[], surroundings: Surroundings): Callback[] {
  const built: Callback[] = []
  for (const spec of specs) {
    built.push((CALLBACKS[spec.type] as Builder<CallbackSpec['type']>)(spec as never, surroundings, built))
  }
  return built
}
