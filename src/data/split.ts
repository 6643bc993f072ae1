/** Divides rows into those for training and those for validation. */
import type { RowSet } from './table.js'

/** Returns how many of `count` rows `validation_split` leaves for training. */
export const trainCount = (count: number, fraction: number): number => Math.floor(count * (1 - fraction))

/**
 * Cuts the last fraction off, before any shuffling: Keras' `validation_split`
 * (keras/src/trainers/data_adapters/array_data_adapter.py, `train_validation_split`).
 */
export function lastRows(count: number, fraction: number): { readonly train: RowSet; readonly validation: RowSet } {
  const cut = trainCount(count, fraction)
  return { train: { from: 0, to: cut }, validation: { from: cut, to: count } }
}
