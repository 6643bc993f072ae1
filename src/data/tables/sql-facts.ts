/** Facts of the columns of a table that DuckDB reads: it makes numbers of them, and JavaScript counts. */
import type { Named } from '../../base/field.js'
import type { ColumnFacts } from '../sources/raw-table.js'
import { SqlError } from './duckdb.js'
import { noFacts, see } from './facts.js'
import type { SqlFile } from './sql-file.js'
import { cellsAt, type Place, scan } from './sql-scan.js'

export async function sqlFacts(file: SqlFile, wanted: readonly string[]): Promise<Named<ColumnFacts>> {
  if (wanted.length === 0) return {}
  // to read likely numbers as such is twice as fast
  const quick = await countedFacts(file, wanted, new Set(file.likelyNumbers)).catch((error) => {
    if (error instanceof SqlError) return undefined
    throw error
  })
  return quick ?? (await countedFacts(file, wanted, new Set()))!
}

/** Looks at all rows once; undefined if a column that is read as numbers has one that is not finite. */
async function countedFacts(file: SqlFile, wanted: readonly string[], asNumbers: ReadonlySet<string>) {
  const facts = Object.fromEntries(wanted.map((column) => [column, noFacts()]))
  const firsts: Place[] = []
  for await (const { from, count, allFinite, columns } of scan(file, wanted, asNumbers)) {
    if (asNumbers.size > 0 && !allFinite) return undefined
    for (const { column, numbers, isGap } of columns) {
      const counted = facts[column]!
      for (let row = 0; row < count; row++) {
        if (see(counted, numbers[row]!, isGap(row))) firsts.push({ column, row: from + row })
      }
    }
  }
  const cells = await cellsAt(file, firsts)
  for (const [at, { column }] of firsts.entries()) facts[column]!.firstNotNumber = cells[at]!
  return facts
}
