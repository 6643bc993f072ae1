/** Several tables with the same columns, read one after another, so that one file at a time is in memory. */
import { byCodePoint } from '../../base/code-points.js'
import { UserError } from '../../base/issue.js'
import type { ColumnFacts, RawTable } from '../sources/raw-table.js'
import { quoted } from './quoted.js'

/** Joins at least one table. Throws a UserError that names the table whose columns are not those of the first. */
export function joined(tables: readonly RawTable[]): RawTable {
  const [first, ...others] = tables as [RawTable, ...RawTable[]]
  if (others.length === 0) return first
  expectAlike(tables)
  return {
    name: first.name,
    columns: first.columns,
    ...(first.numberStyle && { numberStyle: first.numberStyle }),
    async facts(columns) {
      const sums: Record<string, ColumnFacts> = { ...(await first.facts(columns)) }
      for (const other of others) {
        const facts = await other.facts(columns)
        for (const column of columns) sums[column] = added(sums[column]!, facts[column]!)
      }
      return sums
    },
    async distinct(column, most) {
      const values = new Set<string>()
      for (const table of tables) {
        const found = await table.distinct(column, most)
        if (found === null) return null
        for (const value of found) values.add(value)
        if (values.size > most) return null
      }
      return [...values].toSorted(byCodePoint)
    },
    read(columns) {
      const streams = tables.map((table) => table.read(columns))
      return {
        columns: streams[0]!.columns,
        async *rows() {
          let from = 0
          for (const stream of streams) {
            for await (const rows of stream.rows()) {
              yield { ...rows, from }
              from += rows.count
            }
          }
        },
      }
    },
    close() {
      for (const table of tables) table.close()
    },
  }
}

/** Throws a UserError that names the first file whose columns are not those of the first. */
export function expectAlike([first, ...others]: readonly Header[]): void {
  for (const other of others) {
    const difference = differenceOf(first!, other)
    if (difference !== undefined) throw new UserError(`${other.name}: ${difference}; all files need the same columns`)
  }
}

type Header = Pick<RawTable, 'name' | 'columns'>

function differenceOf(first: Header, other: Header): string | undefined {
  const [names, others] = [Object.keys(first.columns), Object.keys(other.columns)]
  const lacking = names.find((name) => !Object.hasOwn(other.columns, name))
  if (lacking !== undefined) return `it has no column ${quoted(lacking)}, which ${first.name} has`
  const unknown = others.find((name) => !Object.hasOwn(first.columns, name))
  if (unknown !== undefined) return `it has a column ${quoted(unknown)}, which ${first.name} does not have`
  const changed = names.find((name) => JSON.stringify(first.columns[name]) !== JSON.stringify(other.columns[name]))
  if (changed === undefined) return undefined
  const [type, otherType] = [wordsOf(first.columns[changed]), wordsOf(other.columns[changed])]
  return `its column ${quoted(changed)} is of ${otherType}, but of ${type} in ${first.name}`
}

function wordsOf(type: Header['columns'][string] | undefined): string {
  if (typeof type !== 'string') return 'no stated type'
  return { number: 'numbers', integer: 'whole numbers', text: 'text' }[type]
}

const added = (one: ColumnFacts, other: ColumnFacts): ColumnFacts => ({
  gaps: one.gaps + other.gaps,
  numbers: one.numbers + other.numbers,
  notNumbers: one.notNumbers + other.notNumbers,
  firstNotNumber: one.firstNotNumber ?? other.firstNotNumber,
  whole: one.whole && other.whole,
})
