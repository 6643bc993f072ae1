/** Answers as the text of a response. */
import { csvWriter } from '../export/predictions/csv.js'
import { jsonLinesWriter } from '../export/predictions/json-lines.js'
import type { PredictionColumn, PredictionRows } from '../export/predictions/rows.js'
import { CSV_TYPE, JSON_TYPE } from './request-body.js'

/** The types that an answer can have; the first is the default. */
export const ANSWER_TYPES = [JSON_TYPE, CSV_TYPE] as const

export type AnswerType = (typeof ANSWER_TYPES)[number]

/** Writes the rows as `train predict` does: CSV, or an object with the list `answers`. */
export async function answerText(
  type: AnswerType,
  rows: AsyncIterable<PredictionRows>,
  columns: readonly PredictionColumn[],
): Promise<string> {
  let text = ''
  const sink = {
    async append(data: string | Uint8Array) {
      text += data
    },
    async finish() {},
    async discard() {},
  }
  const writer = await (type === CSV_TYPE ? csvWriter : jsonLinesWriter)(sink, columns)
  for await (const some of rows) await writer.append(some)
  // JSON has no line feed within a line
  return type === CSV_TYPE ? text : `{"answers":[${text.trimEnd().replaceAll('\n', ',')}]}\n`
}
