/** Stops when a metric no longer improves: keras/src/callbacks/early_stopping.py and monitor_callback.py of Keras 3. */
import type { BestEpoch } from '../events.js'
import type { Callback } from './callback.js'
import { improvement } from './improvement.js'

export interface EarlyStoppingOptions {
  readonly monitor: string
  /** The smallest change that counts as an improvement. */
  readonly min_delta: number
  /** Epochs without improvement after which training stops. */
  readonly patience: number
  /** The better direction of values. */
  readonly mode: 'min' | 'max'
  /** A value that must be beaten for the patience to start anew; null for none. */
  readonly baseline: number | null
  readonly restore_best_weights: boolean
  /** Epochs before this one, counted from 0, are ignored. */
  readonly start_from_epoch: number
}

export function earlyStopping(options: EarlyStoppingOptions): Callback {
  const { monitor, mode, patience, baseline, restore_best_weights: restore } = options
  const improves = improvement(mode, options.min_delta)
  let best: BestEpoch | null = null
  let wait = 0
  return {
    onEpochEnd({ epoch, metrics }) {
      const value = metrics[monitor]
      if (value === undefined || epoch - 1 < options.start_from_epoch) return []
      // epochs before the first value that is not NaN do not count
      if (best === null && Number.isNaN(value)) return []
      wait++
      if (improves(value, best?.value ?? null)) {
        best = { epoch, monitor, value }
        if (improves(value, baseline)) wait = 0
        return restore ? [{ type: 'keepWeights' }] : []
      }
      if (wait < patience || epoch === 1) return []
      const isBeaten = best === null || improves(best.value, baseline)
      return [
        { type: 'stop', reason: 'early_stopping', stopping: { epochs: wait, baseline: isBeaten ? null : baseline } },
      ]
    },
    onEnd: () => (restore && best ? [{ type: 'restoreWeights' }] : []),
    best: () => best,
  }
}
