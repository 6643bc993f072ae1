/** Stops when a metric no longer improves: keras/src/callbacks/early_stopping.py and monitor_callback.py of Keras 3. */
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

type Waiting = {
  readonly best: { readonly epoch: number; readonly value: number } | null
  /** Epochs without improvement. */
  readonly wait: number
}

export function earlyStopping(options: EarlyStoppingOptions): Callback<Waiting> {
  const { monitor, mode, patience, baseline, restore_best_weights: restore } = options
  const improves = improvement(mode, options.min_delta)
  return {
    initial: { best: null, wait: 0 },
    onEpochEnd(state, { epoch, metrics }) {
      const { best } = state
      const value = metrics[monitor]
      if (value === undefined || epoch - 1 < options.start_from_epoch) return { state, actions: [] }
      // epochs before the first value that is not NaN do not count
      if (best === null && Number.isNaN(value)) return { state, actions: [] }
      const wait = state.wait + 1
      if (improves(value, best?.value ?? null)) {
        const waited = improves(value, baseline) ? 0 : wait
        return { state: { best: { epoch, value }, wait: waited }, actions: restore ? [{ type: 'keepWeights' }] : [] }
      }
      if (wait < patience || epoch === 1) return { state: { best, wait }, actions: [] }
      const isBeaten = best === null || improves(best.value, baseline)
      const stopping = { epochs: wait, baseline: isBeaten ? null : baseline }
      return { state: { best, wait }, actions: [{ type: 'stop', reason: 'early_stopping', stopping }] }
    },
    onEnd: ({ best }) => (restore && best ? [{ type: 'restoreWeights' }] : []),
    best: ({ best }) => best && { ...best, monitor },
    earliestStop({ best, wait }, epoch) {
      const ignored = Math.max(options.start_from_epoch - (epoch - 1), 0)
      // the first value that counts is the best so far, and resets the wait unless a baseline must be beaten
      const firstValue = best === null ? 1 : 0
      const waited = best === null && baseline !== null ? 1 : wait
      return ignored + firstValue + Math.max(patience - waited, 1)
    },
  }
}
