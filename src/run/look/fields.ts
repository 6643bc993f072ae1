/** Describes the fields of tables: what the model gets after all steps. */
import type { Field, Named, Numbers } from '../../base/field.js'
import { readRows, roomFor, storedRows, type Table } from '../../data/table.js'
import { classCounts } from '../class-weights.js'
import { moments, type NumberSummary } from './column-summary.js'

const ROWS_AT_ONCE = 1024

/** Yields all rows of a table as stored, some at a time, by field. The arrays are reused for the next rows. */
function* allRows(table: Table): Generator<Named<Numbers>> {
  const room = roomFor(table.fields, Math.min(ROWS_AT_ONCE, table.count))
  for (let from = 0; from < table.count; from += ROWS_AT_ONCE) {
    yield readRows(table, from, Math.min(ROWS_AT_ONCE, table.count - from), null, room)
  }
}

/** Summary of the numbers of each field, over all elements, of values `stored / divisor`. */
export function fieldSummaries(table: Table): Named<NumberSummary | null> {
  const all = Object.entries(table.fields).map(([name, { divisor }]) => ({ name, divisor, numbers: moments(2) }))
  for (const rows of allRows(table)) {
    for (const { name, divisor, numbers } of all) {
      for (const stored of rows[name]!) numbers.see(stored / divisor)
    }
  }
  return Object.fromEntries(all.map(({ name, numbers }) => [name, numbers.summary()]))
}

/** How many rows of a table have each class: class numbers, or vectors with a 1 for each class. */
export function targetCounts(table: Table, key: string): Float64Array {
  const field = table.fields[key]!
  if (field.values === 'class') return classCounts(table, key, field.classes!)
  const counts = new Float64Array(classesIn(field))
  for (const flags of storedRows(table, key)) {
    for (let at = 0; at < flags.length; at++) counts[at % counts.length]! += flags[at]!
  }
  return counts
}

/** Number of classes of a target; 0 if it is not of classes. Mixed samples have probabilities of classes. */
export function classesIn({ values, classes = 0, shape }: Field): number {
  if (values === 'class') return classes
  return values === 'binary' || values === 'probability' ? (shape[0] ?? 1) : 0
}
