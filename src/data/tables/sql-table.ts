/** The table of a file that DuckDB reads. */
import { byCodePoint } from '../../base/code-points.js'
import type { Named } from '../../base/field.js'
import { UserError } from '../../base/issue.js'
import type { ColumnType, RawTable } from '../sources/raw-table.js'
import { SqlError } from './duckdb.js'
import { quoted } from './quoted.js'
import { sqlFacts } from './sql-facts.js'
import type { SqlFile } from './sql-file.js'
import { sqlRows } from './sql-rows.js'

export function sqlTable(file: SqlFile): RawTable {
  const { name, sql, numberStyle } = file
  return {
    name,
    ...(numberStyle && { numberStyle }),
    columns: typesOf(file),
    async facts(wanted) {
      refuseNested(file, wanted)
      return aboutFile(file, () => sqlFacts(file, wanted))
    },
    async distinct(column, most) {
      refuseNested(file, [column])
      const found = await aboutFile(file, () => distinctText(file, column, most))
      return found?.toSorted(byCodePoint) ?? null
    },
    read(wanted) {
      refuseNested(file, Object.keys(wanted))
      const { columns, rows } = sqlRows(file, wanted as Named<ColumnType>)
      return { columns, rows: () => eachAboutFile(file, rows()) }
    },
    close: () => sql.close(),
  }
}

/** The types that the file states. */
export const typesOf = ({ columns }: SqlFile): Named<ColumnType | null> =>
  Object.fromEntries(Object.entries(columns).map(([column, { type }]) => [column, type]))

/** Stops at the first value beyond `most`: what SQL finds with DISTINCT takes memory for all of them. */
async function distinctText({ sql, columns, rows }: SqlFile, column: string, most: number): Promise<string[] | null> {
  const found = new Set<string>()
  for await (const chunk of sql.stream({ columns: [[columns[column]!.text, 'VARCHAR']], from: rows(new Set()) })) {
    for (const value of chunk.columns[0] as readonly (string | null)[]) if (value !== null) found.add(value)
    if (found.size > most) return null
  }
  return [...found]
}

function refuseNested({ name, columns }: SqlFile, wanted: readonly string[]): void {
  const issues = wanted.flatMap((column) => {
    const { nested } = columns[column]!
    const message = `column ${quoted(column)} holds ${nested}, must hold numbers or text`
    return nested === undefined ? [] : [{ code: 'column', source: name, pointer: '', message }]
  })
  if (issues.length > 0) throw new UserError(`${name} has columns that cannot be read`, issues)
}

/** Turns an error of DuckDB into words about the file. */
export async function aboutFile<Result>({ name, problemOf }: SqlFile, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    const problem = error instanceof SqlError ? await problemOf(error) : undefined
    if (problem === undefined) throw error
    throw new UserError(`${name}: ${problem}`)
  }
}

async function* eachAboutFile<Result>(file: SqlFile, results: AsyncGenerator<Result>): AsyncGenerator<Result> {
  try {
    yield* results
  } catch (error) {
    await aboutFile(file, () => Promise.reject(error))
  }
}
