/** Callbacks by their name in a spec. */
import { type ByType, callByType } from '../../base/by-type.js'
import type { CallbackSpec } from '../../spec/spec.js'
import { buildSchedule, type RunLength } from '../schedules/registry.js'
import type { Callback } from './callback.js'
import { csvLogger } from './csv-logger.js'
import { earlyStopping } from './early-stopping.js'
import { learningRateScheduler } from './learning-rate-scheduler.js'
import { modelCheckpoint } from './model-checkpoint.js'
import { reduceLrOnPlateau } from './reduce-lr-on-plateau.js'
import { tensorBoard } from './tensorboard.js'
import { timeBudget } from './time-budget.js'

/** The facts about the run that callbacks get. */
export interface Surroundings {
  readonly epochs: RunLength['epochs']
  /** The better direction of a history key; null if neither is known to be. */
  betterOf(monitor: string): 'min' | 'max' | null
}

/** `before`: the callbacks that see each event before this one. */
type Surrounded = [surroundings: Surroundings, before: readonly Callback[]]

const CALLBACKS: ByType<CallbackSpec, Surrounded, Callback> = {
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
  // the loop does this in every run
  TerminateOnNaN: () => ({ initial: null }),
  TimeBudget: (spec) => timeBudget(spec),
}

/**
 * `auto` follows the watched metric. A metric without a better direction is allowed only if the direction is not used.
 */
const withMode = <Spec extends { readonly monitor: string; readonly mode: 'auto' | 'min' | 'max' }>(
  spec: Spec,
  { betterOf }: Surroundings,
) => ({ ...spec, mode: spec.mode === 'auto' ? (betterOf(spec.monitor) ?? 'min') : spec.mode })

/** Builds the callbacks of a spec, in order. */
export function buildCallbacks(specs: readonly CallbackSpec[], surroundings: Surroundings): Callback[] {
  const built: Callback[] = []
  for (const spec of specs) built.push(callByType(CALLBACKS, spec, surroundings, built))
  return built
}
