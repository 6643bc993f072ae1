/** Picks rows to show: as many as asked for, evenly spread over a part. */
import { sizeOf } from '../../base/shape.js'
import { shortest } from '../../base/shortest.js'
import { type Column, cut, isField, type Values } from '../../data/column.js'
import { labelText } from '../../data/steps/labels.js'

/** The indices of the rows to show, rising. */
export const shownRows = (count: number, most: number): number[] =>
  Array.from({ length: Math.min(count, most) }, (_, index) =>
    Math.floor(((index + 0.5) * count) / Math.min(count, most)),
  )

/** Elements of an array that are shown; of more, the mean. */
const MOST_ELEMENTS = 4

/** A value as text; null for a gap. */
export function shownValue(values: Values, column: Column, row: number): string | null {
  if (!isField(column) || column.shape.length === 0) {
    const value = values[row]!
    if (value === null || Number.isNaN(value)) return null
    return typeof value === 'string' ? labelText(value) : shortest(value / divisorOf(column))
  }
  const width = sizeOf(column.shape)
  const elements = cut(values, row, row + 1, width) as Float32Array
  if (width <= MOST_ELEMENTS) return Array.from(elements, (stored) => shortest(stored / column.divisor)).join(' ')
  const sum = elements.reduce((total, stored) => total + stored / column.divisor, 0)
  return `mean ${Number((sum / width).toPrecision(3))}`
}

const divisorOf = (column: Column): number => (isField(column) ? column.divisor : 1)
