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

export function reduceLrOnPlateau(options: PlateauOptions): Callback {
  const { monitor, factor, patience, cooldown, min_lr } = options
  const improves = improvement(options.mode, options.min_delta)
  let best: number | null = null
  let wait = 0
  let cooling = 0
  return {
    logsLearningRate: true,
    onEpochEnd({ metrics }, { learningRate }) {
      const value = metrics[monitor]
      if (value === undefined) return []
      if (cooling > 0) {
        cooling--
        wait = 0
      }
      if (improves(value, best)) {
        best = value
        wait = 0
        return []
      }
      // epochs before the first value that is not NaN do not count
      if (best === null || cooling > 0 || ++wait < patience || learningRate <= min_lr) return []
      cooling = cooldown
      wait = 0
      return [{ type: 'setLearningRate', value: Math.max(learningRate * factor, min_lr) }]
    },
    onEnd: () => [],
  }
}
