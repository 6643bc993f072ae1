/** Saves the model after epochs or batches: keras/src/callbacks/model_checkpoint.py of Keras 3. */
import { fillTemplate, parseTemplate } from '../../base/python-format.js'
import type { Metrics } from '../events.js'
import type { Action, Callback } from './callback.js'
import { improvement } from './improvement.js'

export interface CheckpointOptions {
  /** With placeholders for numbers: `{epoch:02d}-{val_loss:.2f}`. */
  readonly filepath: string
  readonly monitor: string
  readonly save_best_only: boolean
  readonly save_weights_only: boolean
  /** The better direction of values. */
  readonly mode: 'min' | 'max'
  /** After each epoch, or after each time this number of batches. */
  readonly save_freq: 'epoch' | number
  /** A value that the first best must beat; null for none. */
  readonly initial_value_threshold: number | null
}

export function modelCheckpoint(options: CheckpointOptions): Callback {
  const { monitor, save_best_only, save_weights_only: weightsOnly, save_freq } = options
  const pieces = parseTemplate(options.filepath)
  if ('problem' in pieces) throw new Error(`internal: a path ${pieces.problem}`)
  const improves = improvement(options.mode, 0)
  let best = options.initial_value_threshold
  const save = (numbers: Readonly<Record<string, number>>, metrics: Metrics): Action[] => {
    if (save_best_only) {
      const value = metrics[monitor]
      if (value === undefined || !improves(value, best)) return []
      best = value
    }
    const path = fillTemplate(pieces, { ...metrics, ...numbers }, Object.keys(numbers))
    return [{ type: 'saveModel', path, weightsOnly }]
  }
  if (save_freq === 'epoch') return { onEpochEnd: ({ epoch, metrics }) => save({ epoch }, metrics), onEnd: () => [] }
  let batches = 0
  return {
    onBatchEnd: ({ epoch, step, metrics }) =>
      ++batches % save_freq === 0 ? save({ epoch, batch: step }, metrics) : [],
    onEpochEnd: () => [],
    onEnd: () => [],
  }
}
