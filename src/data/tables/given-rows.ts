/** A table of rows that a program gives, as objects by the names of the columns. They are read once. */
import type { Field, Named, Numbers } from '../../base/field.js'
import { UserError } from '../../base/issue.js'
import { formatShape, sizeOf } from '../../base/shape.js'
import { type Column, isField, numberField, type Values } from '../column.js'
import { type ColumnType, columnOfType, type RowTable } from '../sources/raw-table.js'
import type { Rows } from '../sources/source.js'
import { type BadCell, badCells, fits, MOST_CELLS } from './bad-cells.js'
import { cellsOf, isNumber, type JsonCell, typed } from './json.js'
import { type JsonRecord, kindOf } from './json-records.js'
import { quoted } from './quoted.js'
import { inGroups } from './row-groups.js'

/** A value of a cell is a number, text, true or false, or null for a gap; in a column of arrays, an array of numbers. */
export type GivenRow = Readonly<Record<string, unknown>>

export type GivenRows = Iterable<GivenRow> | AsyncIterable<GivenRow>

export interface GivenOptions {
  /** Texts that mean a gap. */
  readonly missing_values: readonly string[]
  /** The columns of arrays, as the training data had them. */
  readonly arrays: Named<Field>
  /** Columns of numbers, which need not become text where text is asked for. */
  readonly numbers: ReadonlySet<string>
}

/** Name of the rows in messages. */
export const GIVEN = 'the data'

const MOST_ROWS = 1024

/** Returns null if there are no rows. The columns are the keys of the first ones. */
export async function openGiven(rows: GivenRows, options: GivenOptions): Promise<RowTable | null> {
  const groups = inGroups(rows, MOST_ROWS)
  const { value: first, done } = await groups.next()
  if (done) return null
  const names = new Set(checked(first, 0).flatMap(Object.keys))
  const fieldOf = (name: string) => fieldFor(options.arrays[name]!, first[0]![name])
  return {
    name: GIVEN,
    folder: '.',
    columns: Object.fromEntries(
      [...names].map((name) => [name, Object.hasOwn(options.arrays, name) ? fieldOf(name) : null]),
    ),
    read(wanted) {
      const columns = Object.entries(wanted).map(([name, type]): [string, Column] => [
        name,
        type === 'field' ? fieldOf(name) : columnOfType(type),
      ])
      return { columns: Object.fromEntries(columns), rows: () => pieces(first, groups, columns, options) }
    },
    close: () => void groups.return(undefined),
  }
}

async function* pieces(
  first: readonly GivenRow[],
  groups: AsyncGenerator<readonly GivenRow[]>,
  wanted: readonly (readonly [name: string, Column])[],
  { missing_values, numbers }: GivenOptions,
): AsyncGenerator<Rows> {
  const cells = cellsOf(GIVEN, missing_values)
  let from = 0
  const pieceOf = (rows: readonly JsonRecord[]): Rows => {
    const columns = wanted.map(([name, column]): [string, Values] => {
      if (isField(column) && column !== numberField) return [name, arraysOf(rows, name, column, from)]
      const found = cells(rows, name, from)
      if (isText(column))
        return [name, numbers.has(name) && found.every(isPlain) ? Float32Array.from(found) : typed(found, 'text')]
      const type = column === numberField ? 'number' : 'integer'
      refuseMisfits(found, name, type, from)
      return [name, typed(found, type)]
    })
    return { from, count: rows.length, columns: Object.fromEntries(columns) }
  }
  yield pieceOf(first)
  from += first.length
  for await (const rows of groups) {
    yield pieceOf(checked(rows, from))
    from += rows.length
  }
}

function checked(rows: readonly unknown[], from: number): readonly JsonRecord[] {
  const odd = rows.findIndex((row) => typeof row !== 'object' || row === null || Array.isArray(row))
  if (odd < 0) return rows as readonly JsonRecord[]
  throw new UserError(
    `${GIVEN}: row ${from + odd + 1}: found ${kindOf(rows[odd])}, must be an object with a value for each column`,
  )
}

const isText = (column: Column): boolean => column.values === 'text'

/** True for a number that a column of float32 can hold. */
const isPlain = (cell: unknown): cell is number => typeof cell === 'number' && Number.isFinite(Math.fround(cell))

/** Throws a UserError that lists the cells without the type. */
function refuseMisfits(cells: readonly JsonCell[], column: string, type: ColumnType, from: number): void {
  const bad = cells.flatMap((cell, at): BadCell[] => {
    if (cell === null || fits(cell, type)) return []
    return [{ file: GIVEN, row: from + at + 1, column, type, value: String(cell), isNumber: isNumber(cell) }]
  })
  if (bad.length > 0) throw badCells(bad.slice(0, MOST_CELLS))
}

/** The field of a column of arrays, by that of the training data and the first array. Bytes mean what bytes meant there. */
function fieldFor({ shape, dtype, divisor, values }: Field, first: unknown): Field {
  if (dtype === 'uint8' && first instanceof Uint8Array) return { shape, dtype, divisor, values }
  return { shape, dtype: 'float32', divisor: 1, values }
}

/** The arrays of a column, side by side. They may be nested as the shape says, or flat. */
function arraysOf(rows: readonly GivenRow[], column: string, { shape, dtype }: Field, from: number): Numbers {
  const width = sizeOf(shape)
  const isBytes = dtype === 'uint8'
  const all = isBytes ? new Uint8Array(rows.length * width) : new Float32Array(rows.length * width)
  for (const [at, row] of rows.entries()) {
    const given = row[column]
    const flat = isBytes === given instanceof Uint8Array ? flatNumbers(given) : null
    if (flat?.length !== width) {
      const must = `${isBytes ? 'a Uint8Array' : 'an array'} of ${width} numbers, shape ${formatShape(shape)}`
      const found = flat
        ? `${flat.length} numbers`
        : given instanceof Uint8Array
          ? 'a Uint8Array'
          : given === undefined
            ? 'nothing'
            : kindOf(given)
      throw new UserError(`${GIVEN}: row ${from + at + 1}, column ${quoted(column)}: found ${found}, must be ${must}`)
    }
    all.set(flat, at * width)
  }
  return all
}

/** Null for values that are no numbers. */
function flatNumbers(given: unknown): ArrayLike<number> | null {
  if (ArrayBuffer.isView(given) && !(given instanceof DataView)) return given as Float32Array
  if (!Array.isArray(given)) return null
  const flat = given.some(Array.isArray) ? given.flat(Number.POSITIVE_INFINITY) : given
  return flat.every((value) => typeof value === 'number') ? flat : null
}
