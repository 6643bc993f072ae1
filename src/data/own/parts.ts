/** Divides the rows of a source as the field `split` says. */
import type { IssueDraft } from '../../spec/document.js'
import type { OwnDataSpec } from '../../spec/own-data.js'
import { labelText } from '../steps/labels.js'
import { splitColumn } from './columns.js'
import { consecutiveFolds, groupFolds, shuffledFolds, withFold } from './fold.js'
import { firstOf, MOST_FOUND, quoted, refuse } from './problem.js'
import { type ReadSource, rowIn } from './read.js'
import {
  PART_NAMES,
  type Parts,
  partsBy,
  placeOf,
  type Shares,
  splitBy,
  splitGroups,
  splitHashed,
  splitLast,
  splitShuffled,
} from './split-rows.js'

export interface Splitting {
  readonly data: OwnDataSpec
  readonly main: ReadSource
  readonly shares: Shares
  /** Class of each row, in whose proportions rows are drawn; null if the target is no class. */
  readonly classes: Int32Array | null
  readonly seed: number
}

/** Divides rows by shares. Throws a DataError for values of the column that splits the rows. */
export async function partsOf({ data: { split }, main, shares, classes, seed }: Splitting): Promise<Parts> {
  if (split === 'shuffled') return splitShuffled(main.source.count, shares, classes, seed)
  if (split === 'last') return splitLast(main.source.count, shares)
  if (split.hash !== undefined) return splitHashed(await placesIn(main, split.hash), shares)
  if (split.group !== undefined) return splitGroups(await groupsIn(main, split.group), shares, seed)
  if (split.by !== undefined) return splitBy(await orderIn(main, split.by), shares)
  return partsBy(await namedParts(main, split.column!))
}

/** Divides rows in folds. Returns the parts for each fold that validates, by its index. */
export async function foldedParts(splitting: Splitting, of: number): Promise<(index: number) => Parts> {
  const parts = await partsOf({ ...splitting, shares: { ...splitting.shares, validation: 0 } })
  const folds = await foldsOf(splitting, parts.train, of)
  return (index) => withFold(parts, folds, index)
}

/** The fold of each training row, in their order. */
async function foldsOf(
  { data: { split }, data, main, shares, classes, seed }: Splitting,
  rows: Uint32Array,
  of: number,
) {
  if (split === 'last') return consecutiveFolds(rows.length, of)
  if (split === 'shuffled') {
    return shuffledFolds(rows.length, of, classes && Int32Array.from(rows, (row) => classes[row]!), seed)
  }
  const column = splitColumn(data)!
  if (split.group !== undefined) {
    const groups = await groupsIn(main, column)
    return groupFolds(
      rows.map((row) => groups[row]!),
      of,
      seed,
    )
  }
  const places = await placesIn(main, column)
  // the test has the rows with the smallest places
  return rows.map((row) => ((places[row]! - shares.test) / (1 - shares.test)) * of)
}

/** Calls `see` with every value of a column. */
async function eachValue(
  { source }: ReadSource,
  column: string,
  see: (value: string | number, row: number) => void,
): Promise<void> {
  for await (const { from, count, columns } of source.rows([column])) {
    const values = columns[column]!
    for (let row = 0; row < count; row++) see(values[row]!, from + row)
  }
}

/** The place of each value in [0, 1), by its hash. */
async function placesIn(main: ReadSource, column: string): Promise<Float64Array> {
  const places = new Float64Array(main.source.count)
  await eachValue(main, column, (value, row) => {
    places[row] = placeOf(labelText(value))
  })
  return places
}

/** A number for each group, in the order in which groups appear. */
async function groupsIn(main: ReadSource, column: string): Promise<Uint32Array> {
  const groups = new Uint32Array(main.source.count)
  const numbers = new Map<string, number>()
  await eachValue(main, column, (value, row) => {
    const group = labelText(value)
    if (!numbers.has(group)) numbers.set(group, numbers.size)
    groups[row] = numbers.get(group)!
  })
  return groups
}

/** The part that each value names: 0 for training, 1 for validation, 2 for the test. */
async function namedParts(main: ReadSource, column: string): Promise<Uint8Array> {
  const parts = new Uint8Array(main.source.count)
  const problems: IssueDraft[] = []
  await eachValue(main, column, (value, row) => {
    const name = labelText(value)
    const part = PART_NAMES.get(name.toLowerCase())
    if (part !== undefined) parts[row] = part
    else if (problems.length < MOST_FOUND) {
      problems.push(problemAt(row, main, column, `found ${quoted(name)}, must be train, validation or test`))
    }
  })
  refuse(firstOf(problems))
  return parts
}

/** Numbers, or points in time as numbers, which have the order of the values. */
async function orderIn(main: ReadSource, column: string): Promise<Float64Array> {
  const [numbers, times] = [new Float64Array(main.source.count), new Float64Array(main.source.count)]
  const problems: IssueDraft[] = []
  let allNumbers = true
  await eachValue(main, column, (value, row) => {
    allNumbers &&= isNumber(value)
    numbers[row] = Number(value)
    times[row] = timeOf(String(value))
    if (!Number.isNaN(times[row]) || problems.length >= MOST_FOUND) return
    const found = `found ${quoted(String(value))}, must be a number or a date such as 2024-12-31 or 2024-12-31T23:59:59Z, in all rows alike`
    problems.push(problemAt(row, main, column, found))
  })
  if (allNumbers) return numbers
  refuse(firstOf(problems))
  return times
}

const isNumber = (value: string | number): boolean =>
  typeof value === 'number' || (value.trim() !== '' && Number.isFinite(Number(value)))

/** A date, or a date with a time, in ISO 8601; without a zone it is UTC. */
function timeOf(text: string): number {
  const [, day, time, zone = 'Z'] =
    /^\s*(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?)?\s*$/i.exec(text) ?? []
  if (day === undefined) return Number.NaN
  return Date.parse(time === undefined ? day : `${day}T${time}${zone}`)
}

const problemAt = (row: number, read: ReadSource, column: string, found: string): IssueDraft => ({
  code: 'split',
  pointer: '/data/split',
  message: `${rowIn(read, row + 1)}, column ${quoted(column)}: ${found}`,
})
