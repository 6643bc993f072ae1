/** Callbacks of a spec, driven by hand. */
import { callbacksSchema } from '../../src/spec/callbacks.js'
import type { CallbackSpec } from '../../src/spec/spec.js'
import type { Action, Callback } from '../../src/training/callbacks/callback.js'
import { buildCallbacks } from '../../src/training/callbacks/registry.js'
import type { BatchEndEvent, EpochEndEvent, Metrics } from '../../src/training/events.js'

/** Callbacks as a session builds them, with defaults. For keys with `acc` in them, larger is better. */
export const callbacksOf = (specs: readonly (object | string)[], now: () => number = () => 0): Callback[] =>
  buildCallbacks(callbacksSchema.parse(specs) as CallbackSpec[], {
    epochs: 10,
    betterOf: (monitor) => (monitor.includes('acc') ? 'max' : 'min'),
    now,
  })

/** The only one. */
export const callbackOf = (spec: object, now?: () => number): Callback => callbacksOf([spec], now)[0]!

export const epochEnd = (epoch: number, metrics: Metrics, learningRate = 0.1): EpochEndEvent => ({
  type: 'epochEnd',
  epoch,
  metrics,
  learningRate,
  seconds: 1,
})

export const batchEnd = (epoch: number, step: number, metrics: Metrics): BatchEndEvent => ({
  type: 'batchEnd',
  epoch,
  step,
  samples: step,
  metrics,
})

/** The answer of a callback to the end of an epoch. */
export const answerTo = (callback: Callback, event: EpochEndEvent, updates = event.epoch): readonly Action[] =>
  callback.onEpochEnd(event, { learningRate: event.learningRate, updates })
