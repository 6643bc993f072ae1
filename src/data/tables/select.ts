/** The result of a query of the user, from a table `source`, as a table. */
import type { Named } from '../../base/field.js'
import { UserError } from '../../base/issue.js'
import type { ColumnFacts } from '../sources/raw-table.js'
import { nameProblems } from './csv-look.js'
import { identifier, type Sql, SqlError } from './duckdb.js'
import { expectAlike } from './joined.js'
import { quoted, shownReason } from './quoted.js'
import { sqlFacts } from './sql-facts.js'
import type { SqlFile } from './sql-file.js'
import { aboutFile, typesOf } from './sql-table.js'
import { columnOf } from './typed-column.js'

/** Makes a table of a query over files with the same columns, which `sql` may read. */
export async function selected(files: readonly SqlFile[], select: string, sql: Sql): Promise<SqlFile> {
  expectAlike(files.map((file) => ({ name: file.name, columns: typesOf(file) })))
  await makeSource(files, sql)
  const query = await checked(select, sql)
  const result = await sql.all(`DESCRIBE ${query}`).catch(refuse)
  const names = result.map(({ column_name }) => String(column_name))
  const problems = nameProblems(names)
  if (problems.length > 0) throw new UserError(`The result of "select": ${problems.join('; ')}; name them by AS`)
  const columns = result.map(({ column_type }, index) => columnOf(`c${index}`, String(column_type), []))
  return {
    name: files[0]!.name,
    sql,
    columns: Object.fromEntries(names.map((name, index) => [name, columns[index]!])),
    likelyNumbers: names.filter((_, index) => columns[index]!.type !== 'text'),
    rows: () => `(${query}\n) AS selected(${names.map((_, index) => `c${index}`).join(', ')})`,
    async problemOf(error) {
      const file = files.find(({ name }) => error.message.includes(`file = ${name}`)) ?? files[0]!
      return (await file.problemOf(error)) ?? sqlProblem(error)
    },
  }
}

/** Makes the table `source` of all rows. A column of a CSV file is of numbers if all its values are. */
async function makeSource(files: readonly SqlFile[], sql: Sql): Promise<void> {
  const names = Object.keys(files[0]!.columns)
  const lower = names.map((name) => name.toLowerCase())
  const same = names.find((_, index) => lower.indexOf(lower[index]!) !== index)
  if (same !== undefined) {
    const other = names[lower.indexOf(same.toLowerCase())]!
    const both = `columns ${quoted(other)} and ${quoted(same)}`
    throw new UserError(
      `${files[0]!.name}: ${both} differ only in case, which SQL does not tell apart; leave "select" out`,
    )
  }
  const typeless = names.filter((name) => files[0]!.columns[name]!.type === null)
  const facts: Named<ColumnFacts>[] = []
  for (const file of files) facts.push(await aboutFile(file, () => sqlFacts(file, typeless)))
  const isAll = (name: string, is: (facts: ColumnFacts) => boolean) => facts.every((found) => is(found[name]!))
  const numbers = new Set(typeless.filter((name) => isAll(name, ({ notNumbers }) => notNumbers === 0)))
  const whole = new Set([...numbers].filter((name) => isAll(name, (facts) => facts.whole)))
  const parts = files.map(({ columns, rows }) => {
    const values = names.map((name) => {
      const { strict, value } = columns[name]!
      const typed = whole.has(name) ? `(${strict})::BIGINT` : numbers.has(name) ? strict : value
      return `${typed} AS ${identifier(name)}`
    })
    return `SELECT ${values.join(', ')} FROM ${rows(numbers)}`
  })
  await sql.all(`CREATE VIEW source AS ${parts.join(' UNION ALL ')}`)
}

async function checked(select: string, sql: Sql): Promise<string> {
  const query = select.replace(/[\s;]+$/, '')
  if (query === '' || !(await sql.isSelect(query).catch(refuse))) {
    throw new UserError('"select" must be one query in SQL: SELECT ... FROM source')
  }
  return query
}

const refuse = (error: unknown): never => {
  const problem = error instanceof SqlError ? sqlProblem(error) : undefined
  throw problem === undefined ? error : new UserError(problem)
}

/** The first line of a message, which names the kind of error. */
const sqlProblem = ({ message }: SqlError): string =>
  `the SQL of "select" fails: ${shownReason(message.replace(/^Failed to extract statements: /, ''))}`
