/** Splits a table into rows for training and rows for validation. */
import { part, type Table } from './table.js'

/** Returns how many of `count` rows `validation_split` leaves for training. */
export const trainCount = (count: number, fraction: number): number => Math.floor(count * (1 - fraction))

/**
 * Cuts the last fraction off, before any shuffling: Keras' `validation_split`
 * (keras/src/trainers/data_adapters/array_data_adapter.py, `train_validation_split`).
 */
export function splitLast(table: Table, fraction: number): { readonly train: Table; readonly validation: Table } {
  const cut = trainCount(table.count, fraction)
  return { train: part(table, 0, cut), validation: part(table, cut, table.count) }
}
