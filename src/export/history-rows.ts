/** Formats the history as rows, one per epoch: CSV and JSON Lines. */
import { quotedCell } from '../base/csv-cell.js'
import type { EpochEndEvent } from '../training/events.js'

/** Columns in the order of a row; the clock, which differs from run to run, is last. */
function cells({ epoch, metrics, learningRate, seconds }: EpochEndEvent): readonly (readonly [string, number])[] {
  return [['epoch', epoch], ...Object.entries(metrics), ['learning_rate', learningRate], ['seconds', seconds]]
}

/** `epoch,loss,acc,val_loss,val_acc,learning_rate,seconds` */
export const csvHeader = (event: EpochEndEvent): string =>
  `${cells(event)
    .map(([key]) => quotedCell(key))
    .join(',')}\n`

/** Numbers with all their digits; NaN and infinities as pandas, R and gnuplot read them. */
export const csvRow = (event: EpochEndEvent): string =>
  `${cells(event)
    .map(([, value]) => csvNumber(value))
    .join(',')}\n`

export function csvNumber(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  return Number.isFinite(value) ? String(value) : value > 0 ? 'inf' : '-inf'
}

/** `{"epoch":1,"loss":0.29,...}`; NaN and infinities are null. */
export const jsonRow = (event: EpochEndEvent): string => `${JSON.stringify(Object.fromEntries(cells(event)))}\n`
