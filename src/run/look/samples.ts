/** Picks rows to show: as many as asked for, evenly spread over a part, and those of the first sample of several rows. */
import type { Named } from '../../base/field.js'
import { sizeOf } from '../../base/shape.js'
import { shortest } from '../../base/shortest.js'
import { type Column, cut, isField, type Values } from '../../data/column.js'
import type { SampleRows } from '../../data/series/sampling.js'
import { labelText } from '../../data/steps/labels.js'

/** The indices of the rows to show, rising. */
export const shownRows = (count: number, most: number): number[] =>
  Array.from({ length: Math.min(count, most) }, (_, index) =>
    Math.floor(((index + 0.5) * count) / Math.min(count, most)),
  )

/** Rows that are shown of the first sample, at its beginning and at its end. */
const MOST_ENDS = 3

/** Finds the rows of the first sample that are shown, among rows that come in another order. */
export function firstSample({ inputs, targets }: SampleRows) {
  const ends = [...inputs.slice(0, MOST_ENDS), ...inputs.slice(Math.max(MOST_ENDS, inputs.length - MOST_ENDS))]
  const last = [...new Set([...targets.slice(0, 1), ...targets.slice(-1)])]
  const texts = new Map<number, Named<string | null>>()
  const wanted = new Set([...ends, ...last])
  const only = (row: number, use: 'input' | 'target', columns: readonly string[]) => ({
    row: row + 1,
    use,
    values: Object.fromEntries(columns.map((column) => [column, texts.get(row)![column]!])),
  })
  return {
    see(count: number, rowOf: (index: number) => number, textsAt: (index: number) => Named<string | null>) {
      if (texts.size === wanted.size) return
      for (let at = 0; at < count; at++) if (wanted.has(rowOf(at))) texts.set(rowOf(at), textsAt(at))
    },
    found: (columns: readonly string[], targetColumns: readonly string[]) => ({
      rows: Array.from(inputs, (row) => row + 1),
      target_rows: Array.from(targets, (row) => row + 1),
      shown: [
        ...ends.map((row) => only(row, 'input', columns)),
        ...last.map((row) => only(row, 'target', targetColumns)),
      ],
    }),
  }
}

/** Elements of an array that are shown; of more, the mean. */
const MOST_ELEMENTS = 4

/** A value as text; null for a gap. */
export function shownValue(values: Values, column: Column, row: number): string | null {
  if (!isField(column) || column.shape.length === 0) {
    const value = values[row]!
    if (value === null || Number.isNaN(value)) return null
    return typeof value === 'string' ? shortText(labelText(value)) : shortest(value / divisorOf(column))
  }
  const width = sizeOf(column.shape)
  const elements = cut(values, row, row + 1, width) as Float32Array
  if (width <= MOST_ELEMENTS) return Array.from(elements, (stored) => shortest(stored / column.divisor)).join(' ')
  const sum = elements.reduce((total, stored) => total + stored / column.divisor, 0)
  return `mean ${Number((sum / width).toPrecision(3))}`
}

/** Characters of a text that a report has. */
const MOST_CHARACTERS = 1000

/** The beginning of a text. */
export const shortText = (text: string): string =>
  text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}...`

const divisorOf = (column: Column): number => (isField(column) ? column.divisor : 1)
