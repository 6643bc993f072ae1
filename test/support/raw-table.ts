/** All rows of a table of the user, in memory. */
import type { Named } from '../../src/base/field.js'
import type { ColumnType, RawTable } from '../../src/data/sources/raw-table.js'

/** Reads each column as the type that its file states, or as `types` says. Returns the values one after another. */
export async function allRows(
  table: RawTable,
  types: Named<ColumnType> = {},
): Promise<{ count: number; columns: Record<string, (number | string | null)[]> }> {
  const wanted = Object.entries(table.columns).map(([name, column]) => {
    const own = typeof column === 'string' ? column : 'field'
    return [name, types[name] ?? own] as const
  })
  return rowsAs(table, Object.fromEntries(wanted))
}

/** Reads some columns, each as a type. */
export async function rowsAs(
  table: RawTable,
  wanted: Named<ColumnType | 'field'>,
): Promise<{ count: number; columns: Record<string, (number | string | null)[]> }> {
  const columns: Record<string, (number | string | null)[]> = Object.fromEntries(
    Object.keys(wanted).map((name) => [name, []]),
  )
  let count = 0
  for await (const rows of table.read(wanted).rows()) {
    if (rows.from !== count) throw new Error(`rows from ${rows.from}, must be from ${count}`)
    count += rows.count
    for (const [name, values] of Object.entries(rows.columns)) {
      if (wanted[name] !== 'field' && values.length !== rows.count) {
        throw new Error(`${name} has ${values.length} values of ${rows.count}`)
      }
      for (const value of values) columns[name]!.push(value)
    }
  }
  return { count, columns }
}
