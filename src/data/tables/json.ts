/**
 * Tables in JSON files. A value stands for the same as its text in a CSV file: the string "1.5" is a number, `true` is a
 * text.
 */
import { byCodePoint } from '../../base/code-points.js'
import type { Named } from '../../base/field.js'
import { UserError } from '../../base/issue.js'
import type { Values } from '../column.js'
import { type ColumnType, columnOfType, type RawTable } from '../sources/raw-table.js'
import { type BadCell, badCells, fits, MOST_CELLS } from './bad-cells.js'
import { noFacts, see } from './facts.js'
import { type JsonForm, type JsonRecord, kindOf } from './json-records.js'
import { isNotFinite, numberIn } from './number-text.js'
import type { TableOptions } from './options.js'
import { quoted } from './quoted.js'

/** The columns are the keys of so many first rows. */
const FIRST_ROWS = 10_000

export async function openJson(path: string, { missing_values }: TableOptions, { read }: JsonForm): Promise<RawTable> {
  const cells = cellsOf(path, missing_values)
  const names = await firstKeys(path, read)
  return {
    name: path,
    columns: Object.fromEntries(names.map((name) => [name, null])),
    async facts(columns) {
      const facts = Object.fromEntries(columns.map((column) => [column, noFacts()]))
      let from = 0
      for await (const records of read(path)) {
        for (const column of columns) {
          cells(records, column, from).forEach((cell, at) => {
            const isFirst = see(facts[column]!, numberOf(cell), cell === null)
            if (isFirst) facts[column]!.firstNotNumber = { file: path, row: from + at + 1, value: String(cell) }
          })
        }
        from += records.length
      }
      return facts
    },
    async distinct(column, most) {
      const found = new Set<string>()
      let from = 0
      for await (const records of read(path)) {
        for (const cell of cells(records, column, from)) if (cell !== null) found.add(String(cell))
        if (found.size > most) return null
        from += records.length
      }
      return [...found].toSorted(byCodePoint)
    },
    read(wanted) {
      const types = wanted as Named<ColumnType>
      return {
        columns: Object.fromEntries(Object.entries(types).map(([name, type]) => [name, columnOfType(type)])),
        async *rows() {
          const bad: BadCell[] = []
          let from = 0
          for await (const records of read(path)) {
            const columns: [name: string, Values][] = []
            for (const [column, type] of Object.entries(types)) {
              const found = cells(records, column, from)
              columns.push([column, typed(found, type)])
              found.forEach((cell, at) => {
                if (cell === null || fits(cell, type)) return
                bad.push({
                  file: path,
                  row: from + at + 1,
                  column,
                  type,
                  value: String(cell),
                  isNumber: isNumber(cell),
                })
              })
            }
            if (bad.length >= MOST_CELLS) break
            // after a value that does not fit, the rest is read for more of them
            if (bad.length === 0) yield { from, count: records.length, columns: Object.fromEntries(columns) }
            from += records.length
          }
          if (bad.length > 0) throw badCells(bad.toSorted((a, b) => a.row - b.row).slice(0, MOST_CELLS))
        },
      }
    },
    close() {},
  }
}

/** A number, text, or null for a gap. */
export type JsonCell = number | string | null

/** Returns a function that gives the cells of a column of some records, before which the file has `from` others. */
export function cellsOf(path: string, missing: readonly string[]) {
  const cell = cellReader(missing)
  return (records: readonly JsonRecord[], column: string, from: number): JsonCell[] =>
    records.map((record, at) => {
      const found = cell(record, column)
      if (typeof found !== 'object' || found === null) return found
      throw new UserError(`${path}: row ${from + at + 1}, column ${quoted(column)}: ${found.problem}`)
    })
}

/** Returns a function that gives the cell of a column of a record, or what is wrong with it. */
export function cellReader(missing: readonly string[]) {
  const gaps = new Set<unknown>(['', ...missing, ...missing.map(numberIn).filter((number) => !Number.isNaN(number))])
  return (record: JsonRecord, column: string): JsonCell | { readonly problem: string } => {
    // every object has some properties that are not its own
    const value = column in Object.prototype && !Object.hasOwn(record, column) ? null : record[column]
    if (value === null || value === undefined || gaps.has(value)) return null
    if (typeof value === 'object') return { problem: `found ${kindOf(value)}, must be a number or text` }
    if (typeof value !== 'boolean') return value as number | string
    return gaps.has(String(value)) ? null : String(value)
  }
}

/** Cells as values of a type; NaN for text among numbers. */
export function typed(cells: readonly JsonCell[], type: ColumnType): Values {
  if (type === 'text') return cells.map((cell) => (cell === null ? null : String(cell)))
  const numbers = type === 'number' ? new Float32Array(cells.length) : new Float64Array(cells.length)
  for (let at = 0; at < cells.length; at++) numbers[at] = numberOf(cells[at]!)
  return numbers
}

/** True for text that is a number, also NaN, infinite or too large. */
export const isNumber = (cell: number | string): boolean => !Number.isNaN(numberOf(cell)) || isNotFinite(String(cell))

const numberOf = (cell: JsonCell): number =>
  typeof cell === 'number' ? cell : cell === null ? Number.NaN : numberIn(cell)

/** The keys of the first rows, in the order in which they appear. */
async function firstKeys(path: string, read: JsonForm['read']): Promise<string[]> {
  const names = new Set<string>()
  let rows = 0
  for await (const records of read(path)) {
    for (const record of records) for (const name of Object.keys(record)) names.add(name)
    rows += records.length
    if (rows >= FIRST_ROWS) break
  }
  if (rows === 0) throw new UserError(`${path}: it is empty`)
  return [...names]
}
