/** Divides the rows of a source as the field `split` says. */
import type { OwnDataSpec } from '../../spec/own-data.js'
import { labelText } from '../steps/labels.js'
import { consecutiveFolds, type Fold, groupFolds, shuffledFolds, withFold } from './fold.js'
import { firstOf, type Problem, quoted, refuse } from './problem.js'
import { type ReadSource, splitColumn } from './read.js'
import {
  PART_NAMES,
  type Parts,
  type Shares,
  shareOf,
  splitBy,
  splitGroups,
  splitHashed,
  splitLast,
  splitNamed,
  splitShuffled,
} from './split-rows.js'

export interface Splitting {
  readonly data: OwnDataSpec
  readonly main: ReadSource
  readonly shares: Shares
  /** Class of each row, in whose proportions rows are drawn; null if the target is no class. */
  readonly classes: Int32Array | null
  readonly seed: number
  /** The fold to validate on, instead of a share of the rows; null if there are none. */
  readonly fold: Fold | null
}

/** Throws a DataError for values of the column that splits the rows. */
export async function partsOf(splitting: Splitting): Promise<Parts> {
  const { fold, shares } = splitting
  if (fold === null) return dividedBy(splitting)
  const parts = await dividedBy({ ...splitting, shares: { ...shares, validation: 0 } })
  return withFold(parts, await foldsOf(splitting, parts.train, fold.of), fold)
}

/** The fold of each training row, in their order. */
async function foldsOf({ data: { split }, data, main, classes, seed }: Splitting, rows: Uint32Array, of: number) {
  if (split === 'last') return consecutiveFolds(rows.length, of)
  if (split === 'shuffled')
    return shuffledFolds(rows.length, of, classes && Int32Array.from(rows, (row) => classes[row]!), seed)
  const all = await valuesOf(main, splitColumn(data)!)
  const values = Array.from(rows, (row) => labelText(all[row]!))
  return split.group !== undefined
    ? groupFolds(values, of, seed)
    : Uint32Array.from(values, (value) => shareOf(value) * of)
}

async function dividedBy({ data: { split }, data, main, shares, classes, seed }: Splitting): Promise<Parts> {
  if (split === 'shuffled') return splitShuffled(main.source.count, shares, classes, seed)
  if (split === 'last') return splitLast(main.source.count, shares)
  const values = await valuesOf(main, splitColumn(data)!)
  if (split.hash !== undefined) return splitHashed(values.map(labelText), shares)
  if (split.group !== undefined) return splitGroups(values.map(labelText), shares, seed)
  if (split.by !== undefined) return splitBy(ordered(values, main, split.by), shares)
  return splitNamed(named(values.map(labelText), main, split.column!))
}

async function valuesOf({ source }: ReadSource, column: string): Promise<(string | number)[]> {
  const values: (string | number)[] = []
  for await (const { count, columns } of source.rows([column])) {
    for (let row = 0; row < count; row++) values.push(columns[column]![row]!)
  }
  return values
}

function named(values: string[], { file }: ReadSource, column: string): string[] {
  const problems = values.flatMap((value, row): Problem[] =>
    Object.hasOwn(PART_NAMES, value.toLowerCase())
      ? []
      : [problemAt(row, file, column, `found ${quoted(value)}, must be train, validation or test`)],
  )
  refuse(firstOf(problems))
  return values
}

/** Numbers, or points in time as numbers. */
function ordered(values: (string | number)[], { file }: ReadSource, column: string): number[] {
  const read = values.every(isNumber) ? Number : timeOf
  const found = values.map((value) => read(String(value)))
  const problems = found.flatMap((value, row): Problem[] =>
    Number.isNaN(value)
      ? [
          problemAt(
            row,
            file,
            column,
            `found ${quoted(String(values[row]))}, must be a number or a date such as 2024-12-31 or 2024-12-31T23:59:59Z, in all rows alike`,
          ),
        ]
      : [],
  )
  refuse(firstOf(problems))
  return found
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

const problemAt = (row: number, file: string, column: string, found: string): Problem => ({
  code: 'split',
  pointer: '/data/split',
  message: `row ${row + 1} of ${file}, column ${quoted(column)}: ${found}`,
})
