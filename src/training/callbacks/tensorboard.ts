/** Writes numbers for TensorBoard, with the names of keras/src/callbacks/tensorboard.py of Keras 3. */
import type { Metrics } from '../events.js'
import type { Callback } from './callback.js'

export interface TensorBoardOptions {
  readonly log_dir: string
  /**
   * `epoch`: numbers of each epoch only. `batch`: of each batch too. A number: also after each time that many batches.
   */
  readonly update_freq: 'epoch' | 'batch' | number
}

/** Epochs count from 0, batches from 1. Its state is the number of batches so far. */
export function tensorBoard({ log_dir, update_freq }: TensorBoardOptions): Callback<number> {
  const train = { type: 'writeScalars', directory: `${log_dir}/train` } as const
  const validation = { type: 'writeScalars', directory: `${log_dir}/validation` } as const
  const every = update_freq === 'batch' ? 1 : update_freq
  return {
    initial: 0,
    ...(every !== 'epoch' && {
      onBatchEnd(before, { metrics }) {
        const state = before + 1
        const scalars = named(metrics, 'batch_')
        return { state, actions: state % every === 0 ? [{ ...train, step: state, scalars }] : [] }
      },
    }),
    onEpochEnd(state, { epoch, metrics, learningRate }, { updates }) {
      const step = epoch - 1
      const of = (validated: boolean): Metrics =>
        Object.fromEntries(
          Object.entries(metrics)
            .filter(([key]) => key.startsWith('val_') === validated)
            .map(([key, value]) => [validated ? key.slice('val_'.length) : key, value]),
        )
      const [trained, validated] = [of(false), of(true)]
      const epochScalars = named({ ...trained, learning_rate: learningRate }, 'epoch_')
      const ofTraining = { ...train, step, scalars: epochScalars }
      if (Object.keys(validated).length === 0) return { state, actions: [ofTraining] }
      const evaluation = named(validated, 'evaluation_', '_vs_iterations')
      return {
        state,
        actions: [
          { ...validation, step: updates, scalars: evaluation },
          ofTraining,
          { ...validation, step, scalars: named(validated, 'epoch_') },
        ],
      }
    },
  }
}

const named = (metrics: Metrics, before: string, after = ''): Metrics =>
  Object.fromEntries(Object.entries(metrics).map(([key, value]) => [`${before}${key}${after}`, value]))
