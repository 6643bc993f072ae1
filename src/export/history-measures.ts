/** The measures of a finished run, from its history. */
import { SECONDS } from '../base/measured-once.js'
import type { History } from './history.js'

/** Measures by key. null: NaN or infinite. */
export type Measures = Readonly<Record<string, number | null>>

/** The epoch whose weights the model has, from 1; 0 without an epoch. */
export const epochOfModel = ({ restored_best_weights, best, epochs }: History): number =>
  restored_best_weights && best ? best.epoch : epochs

/** Returns those of the epoch whose weights the model has, those of the test with `test_`, and the seconds. */
export function measuresOf(history: History): Measures {
  const { metrics, test, total_seconds } = history
  const epoch = epochOfModel(history)
  return Object.fromEntries([
    ...(epoch === 0 ? [] : Object.entries(metrics).map(([key, values]) => [key, values[epoch - 1] ?? null])),
    ...Object.entries(test ?? {}).map(([key, value]) => [`test_${key}`, value]),
    [SECONDS, total_seconds],
  ])
}
