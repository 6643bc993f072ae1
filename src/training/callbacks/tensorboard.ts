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

/** Epochs count from 0, batches from 1. */
export function tensorBoard({ log_dir, update_freq }: TensorBoardOptions): Callback {
  const train = { type: 'writeScalars', directory: `${log_dir}/train` } as const
  const validation = { type: 'writeScalars', directory: `${log_dir}/validation` } as const
  const every = update_freq === 'batch' ? 1 : update_freq
  let batches = 0
  return {
    ...(every !== 'epoch' && {
      onBatchEnd({ metrics }) {
        batches++
        return batches % every === 0 ? [{ ...train, step: batches, scalars: named(metrics, 'batch_') }] : []
      },
    }),
    onEpochEnd({ epoch, metrics, learningRate }, { updates }) {
      const step = epoch - 1
      const of = (validated: boolean): Metrics =>
        Object.fromEntries(
          Object.entries(metrics)
            .filter(([key]) => key.startsWith('val_') === validated)
            .map(([key, value]) => [validated ? key.slice('val_'.length) : key, value]),
        )
      const [trained, validated] = [of(false), of(true)]
      const epochScalars = named({ ...trained, learning_rate: learningRate }, 'epoch_')
      if (Object.keys(validated).length === 0) return [{ ...train, step, scalars: epochScalars }]
      return [
        { ...validation, step: updates, scalars: named(validated, 'evaluation_', '_vs_iterations') },
        { ...train, step, scalars: epochScalars },
        { ...validation, step, scalars: named(validated, 'epoch_') },
      ]
    },
    onEnd: () => [],
  }
}

const named = (metrics: Metrics, before: string, after = ''): Metrics =>
  Object.fromEntries(Object.entries(metrics).map(([key, value]) => [`${before}${key}${after}`, value]))
