/** Saves the model after epochs or batches: keras/src/callbacks/model_checkpoint.py of Keras 3. */
import { fillTemplate, parseTemplate } from '../../base/python-format.js'
import type { Metrics } from '../events.js'
import type { Answer, Callback } from './callback.js'
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

type Saved = {
  /** The value that the next model must beat; null for none. */
  readonly best: number | null
  /** Batches so far, if they count. */
  readonly batches: number
}

export function modelCheckpoint(options: CheckpointOptions): Callback<Saved> {
  const { monitor, save_best_only, save_weights_only: weightsOnly, save_freq } = options
  const pieces = parseTemplate(options.filepath)
  if ('problem' in pieces) throw new Error(`internal: a path ${pieces.problem}`)
  const improves = improvement(options.mode, 0)
  const save = (state: Saved, numbers: Readonly<Record<string, number>>, metrics: Metrics): Answer<Saved> => {
    const value = metrics[monitor]
    if (save_best_only && (value === undefined || !improves(value, state.best))) return { state, actions: [] }
    const path = fillTemplate(pieces, { ...metrics, ...numbers }, Object.keys(numbers))
    const best = save_best_only ? value! : state.best
    return { state: { ...state, best }, actions: [{ type: 'saveModel', path, weightsOnly }] }
  }
  const initial = { best: options.initial_value_threshold, batches: 0 }
  if (save_freq === 'epoch') {
    return { initial, onEpochEnd: (state, { epoch, metrics }) => save(state, { epoch }, metrics) }
  }
  return {
    initial,
    onBatchEnd({ best, batches }, { epoch, step, metrics }) {
      const state = { best, batches: batches + 1 }
      return state.batches % save_freq === 0 ? save(state, { epoch, batch: step }, metrics) : { state, actions: [] }
    },
  }
}
