/** Recognizes the archives of Keras' data sets: `mnist.npz` holds x_train, y_train, x_test and y_test. */
import type { Named } from '../../base/field.js'
import type { RawTable, RowStream } from '../sources/raw-table.js'

const PARTS = {
  train: { x: 'x_train', y: 'y_train' },
  test: { x: 'x_test', y: 'y_test' },
} as const

/** Returns a table of training rows and one of test rows, with columns `x` and `y`; null for any other file. */
export function kerasParts(table: RawTable): { readonly train: RawTable; readonly test: RawTable } | null {
  const names = Object.values(PARTS).flatMap((part) => Object.values(part))
  if (!names.every((name) => Object.hasOwn(table.columns, name))) return null
  return { train: renamed(table, PARTS.train), test: renamed(table, PARTS.test) }
}

/** A table with some of the columns under other names: `{ x: 'x_train' }`. */
function renamed(table: RawTable, names: Named<string>): RawTable {
  const back = Object.fromEntries(Object.entries(names).map(([name, own]) => [own, name]))
  const inOurs = <Value>(values: Named<Value>) =>
    Object.fromEntries(Object.entries(values).map(([own, value]) => [back[own]!, value]))
  return {
    name: table.name,
    columns: Object.fromEntries(Object.entries(names).map(([name, own]) => [name, table.columns[own]!])),
    facts: async (columns) => inOurs(await table.facts(columns.map((name) => names[name]!))),
    distinct: (column, most) => table.distinct(names[column]!, most),
    read(columns): RowStream {
      const stream = table.read(Object.fromEntries(Object.entries(columns).map(([name, type]) => [names[name]!, type])))
      return {
        columns: inOurs(stream.columns),
        async *rows() {
          for await (const rows of stream.rows()) yield { ...rows, columns: inOurs(rows.columns) }
        },
      }
    },
    close: () => table.close(),
  }
}
