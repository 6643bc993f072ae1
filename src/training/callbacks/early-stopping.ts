/** Stops when a metric no longer improves: keras/src/callbacks/early_stopping.py and monitor_callback.py of Keras 3. */
import type { BestEpoch } from '../events.js'
import type { Callback } from './callback.js'

export interface EarlyStoppingOptions {
  readonly monitor: string
  /** The smallest change that counts as an improvement. */
  readonly min_delta: number
  /** Epochs without improvement after which training stops. */
  readonly patience: number
  /** Which way is better. */
  readonly mode: 'min' | 'max'
  /** A value that must be beaten for the patience to start anew; null for none. */
  readonly baseline: number | null
  readonly restore_best_weights: boolean
  /** Epochs before this one, counted from 0, are not looked at. */
  readonly start_from_epoch: number
}

export function earlyStopping(options: EarlyStoppingOptions): Callback {
  const { monitor, mode, patience, baseline, restore_best_weights: restore } = options
  const delta = Math.abs(options.min_delta)
  const better = (value: number, reference: number | null): boolean => {
    if (reference === null) return true
    return mode === 'max' ? value - delta > reference : value + delta < reference
  }
  let best: BestEpoch | null = null
  /** As in Keras, the first epoch looked at is kept even where it is no improvement, such as NaN against a baseline. */
  let kept = false
  let wait = 0
  return {
    onEpochEnd({ epoch, metrics }) {
      const value = metrics[monitor]
      if (value === undefined || epoch - 1 < options.start_from_epoch) return []
      const improved = better(value, best?.value ?? null)
      const keep = restore && (improved || !kept)
      kept ||= keep
      wait++
      if (improved) {
        best = { epoch, monitor, value }
        if (better(value, baseline)) wait = 0
      }
      const stop = !improved && wait >= patience && epoch > 1
      return [
        ...(keep ? [{ type: 'keepWeights' } as const] : []),
        ...(stop ? [{ type: 'stop', reason: 'early_stopping' } as const] : []),
      ]
    },
    onEnd: () => (restore && kept ? [{ type: 'restoreWeights' }] : []),
    best: () => best,
  }
}
