/** Parquet files, by DuckDB. */
import { UserError } from '../../base/issue.js'
import { literal } from '../pattern.js'
import type { ColumnType } from '../sources/raw-table.js'
import { nameProblems } from './csv-look.js'
import { type Sql, SqlError, text } from './duckdb.js'
import type { TableOptions } from './options.js'
import { shownReason } from './quoted.js'
import type { SqlFile } from './sql-file.js'
import { columnOf } from './typed-column.js'

export async function parquetFile(path: string, { missing_values }: TableOptions, sql: Sql): Promise<SqlFile> {
  const file = `read_parquet(${text(literal(path))})`
  const schema = await sql
    .all(`SELECT name, num_children FROM parquet_schema(${text(literal(path))})`)
    .catch(refuse(path))
  const names = topNames(
    schema.map(({ name, num_children }) => ({ name: String(name), children: Number(num_children) })),
  )
  const problems = nameProblems(names)
  if (problems.length > 0) throw new UserError(`${path}: ${problems.join('; ')}; every column needs a name of its own`)
  const [{ rows: count } = { rows: 0 }] = await sql
    .all(`SELECT sum(num_rows) AS rows FROM parquet_file_metadata(${text(literal(path))})`)
    .catch(refuse(path))
  if (Number(count) === 0) throw new UserError(`${path}: it has names of columns and no rows`)
  // the columns have numbers for names, because SQL does not tell `a` from `A`
  const rows = `${file} AS file(${names.map((_, index) => `c${index}`).join(', ')})`
  const types = await sql.all(`DESCRIBE SELECT * FROM ${rows}`).catch(refuse(path))
  const columns = names.map(
    (name, index) => [name, columnOf(`c${index}`, String(types[index]!.column_type), missing_values)] as const,
  )
  return {
    name: path,
    sql,
    columns: Object.fromEntries(columns),
    likelyNumbers: columns.flatMap(([name, { type }]) => (isNumeric(type) ? [name] : [])),
    rows: () => rows,
    problemOf: async ({ message }) => problemOf(message),
  }
}

const isNumeric = (type: ColumnType | null): boolean => type === 'number' || type === 'integer'

/** The columns of a schema that is written as a tree, each node before its children: the children of the first node. */
function topNames(nodes: readonly { readonly name: string; readonly children: number }[]): string[] {
  const names: string[] = []
  let at = 1
  const skip = () => {
    const { children } = nodes[at++]!
    for (let child = 0; child < (children || 0); child++) skip()
  }
  while (at < nodes.length) {
    names.push(nodes[at]!.name)
    skip()
  }
  return names
}

const refuse = (path: string) => (error: unknown) => {
  const problem = error instanceof SqlError ? problemOf(error.message) : undefined
  throw problem === undefined ? error : new UserError(`${path}: ${problem}`)
}

function problemOf(message: string): string | undefined {
  const [first] = message.split('\n')
  if (/^(?:Binder|Parser|Catalog|Permission) Error/.test(first!)) return undefined
  if (/^Out of Memory/.test(first!)) return 'there is too little memory to read it'
  if (/magic bytes|too small to be a Parquet/i.test(message))
    return 'it is no Parquet file, or it is cut short; fetch or write it anew'
  return `it cannot be read as Parquet: ${shownReason(message)}`
}
