/**
 * Lowers the learning rate when a metric no longer improves: keras/src/callbacks/reduce_lr_on_plateau.py of Keras 3.
 */
import type { Callback } from './callback.js'
import { improvement } from './improvement.js'

export interface PlateauOptions {
  readonly monitor: string
  readonly factor: number
  /** Epochs without improvement after which the rate falls. */
  readonly patience: number
  /** The better direction of values. */
  readonly mode: 'min' | 'max'
  readonly min_delta: number
  /** Epochs after a reduction that do not count. */
  readonly cooldown: number
  readonly min_lr: number
}

type Plateau = {
  readonly best: number | null
  /** Epochs without improvement. */
  readonly wait: number
  /** Epochs that do not count yet. */
  readonly cooling: number
}

export function reduceLrOnPlateau(options: PlateauOptions): Callback<Plateau> {
  const { monitor, factor, patience, cooldown, min_lr } = options
  const improves = improvement(options.mode, options.min_delta)
  return {
    logsLearningRate: true,
    initial: { best: null, wait: 0, cooling: 0 },
    onEpochEnd(state, { metrics }, { learningRate }) {
      const { best } = state
      const value = metrics[monitor]
      if (value === undefined) return { state, actions: [] }
      const cooling = Math.max(state.cooling - 1, 0)
      const waited = state.cooling > 0 ? 0 : state.wait
      if (improves(value, best)) return { state: { best: value, wait: 0, cooling }, actions: [] }
      // epochs before the first value that is not NaN do not count
      if (best === null || cooling > 0) return { state: { best, wait: waited, cooling }, actions: [] }
      const wait = waited + 1
      if (wait < patience || learningRate <= min_lr) return { state: { best, wait, cooling }, actions: [] }
      const rate = Math.max(learningRate * factor, min_lr)
      return { state: { best, wait: 0, cooling: cooldown }, actions: [{ type: 'setLearningRate', value: rate }] }
    },
  }
}
