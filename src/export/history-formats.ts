/** The shapes in which a history can be written: rows as epochs end, or a document at the end. */
import { basename, extname } from 'node:path'
import { UserError } from '../base/issue.js'
import type { EpochEndEvent } from '../training/events.js'
import { eventFileHeader, scalarsEvent } from './event-file.js'
import { type History, historyText } from './history.js'
import { csvHeader, csvRow, jsonRow } from './history-rows.js'
import { splitsOf } from './history-splits.js'
import { prometheusText } from './prometheus-text.js'
import { tidyHeader, tidyRows } from './tidy-rows.js'
import { vegaLiteText } from './vega-lite-text.js'

export type HistoryFormat = 'json' | 'jsonl' | 'csv' | 'tidy' | 'vega-lite' | 'prometheus' | 'tensorboard'

type Text = string | Uint8Array

export type HistoryShape =
  | { row(event: EpochEndEvent, isFirst: boolean): Text }
  | { document(history: History): string }

const SHAPES: Readonly<Record<HistoryFormat, HistoryShape>> = {
  json: { document: historyText },
  jsonl: { row: jsonRow },
  csv: { row: (event, isFirst) => (isFirst ? csvHeader(event) + csvRow(event) : csvRow(event)) },
  tidy: { row: (event, isFirst) => (isFirst ? tidyHeader + tidyRows(event) : tidyRows(event)) },
  'vega-lite': { document: vegaLiteText },
  prometheus: { document: prometheusText },
  tensorboard: { row: tensorboardRow },
}

export const shapeOf = (format: HistoryFormat): HistoryShape => SHAPES[format]

const ENDINGS: Readonly<Record<string, HistoryFormat>> = {
  '.csv': 'csv',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.prom': 'prometheus',
}

/** Returns the format by the name of a file; `json` for any other name. */
export function formatOf(path: string): HistoryFormat {
  const name = basename(path).toLowerCase()
  if (name.includes(EVENT_FILE)) return 'tensorboard'
  if (name.endsWith('.tidy.csv')) return 'tidy'
  if (name.endsWith('.vl.json')) return 'vega-lite'
  return ENDINGS[extname(name)] ?? 'json'
}

/** TensorBoard reads no other files. */
const EVENT_FILE = 'tfevents'

/** Throws a UserError if no program would find a history of this format in the file. */
export function checkFileName(path: string, format: HistoryFormat): void {
  if (format === 'tensorboard' && !basename(path).toLowerCase().includes(EVENT_FILE)) {
    throw new UserError(
      `${path}: TensorBoard reads only files with ${EVENT_FILE} in their name, such as logs/run/events.out.${EVENT_FILE}.1`,
    )
  }
}

/** A history that is complete, in any format. */
export function wholeHistory(history: History, format: HistoryFormat): Text {
  const shape = SHAPES[format]
  if ('document' in shape) return shape.document(history)
  const rows = epochsOf(history).map((event, index) => Buffer.from(shape.row(event, index === 0)))
  return Buffer.concat(rows)
}

/** The events from which a history was made; what is null there was not finite. */
function epochsOf({ epochs, metrics, learning_rate, seconds }: History): EpochEndEvent[] {
  const numbers = Object.entries(metrics)
  return Array.from({ length: epochs }, (_, index) => ({
    type: 'epochEnd',
    epoch: index + 1,
    metrics: Object.fromEntries(numbers.map(([key, values]) => [key, values[index] ?? Number.NaN])),
    learningRate: learning_rate[index]!,
    seconds: seconds[index]!,
  }))
}

/** Scalars such as `acc/training` and `acc/validation`, which TensorBoard shows side by side. The step is the epoch. */
function tensorboardRow(event: EpochEndEvent, isFirst: boolean): Uint8Array {
  const seconds = Date.now() / 1000
  const scalars = Object.fromEntries([
    ...splitsOf(event.metrics).map(({ metric, split, value }) => [`${metric}/${split}`, value]),
    ['learning_rate', event.learningRate],
  ])
  const record = scalarsEvent(seconds, event.epoch, scalars)
  return isFirst ? Buffer.concat([eventFileHeader(seconds), record]) : record
}
