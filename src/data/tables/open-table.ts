/** Opens tables in files. The ending of a file says how it is read. */
import { inWords } from '../../base/file-problem.js'
import { UserError } from '../../base/issue.js'
import { statOfFile } from '../../base/read-file.js'
import { closedIfItFails, type RawTable } from '../sources/raw-table.js'
import { csvFile } from './csv.js'
import { openSql, type Sql } from './duckdb.js'
import { joined } from './joined.js'
import { openJson } from './json.js'
import { jsonForSql } from './json-for-sql.js'
import { ARRAY, type JsonForm, LINES } from './json-records.js'
import { TABLE_DEFAULTS, type TableOptions } from './options.js'
import { parquetFile } from './parquet.js'
import { selected } from './select.js'
import type { SqlFile } from './sql-file.js'
import { sqlTable } from './sql-table.js'

/** A kind of file: how its rows are read, and how SQL reads them for `select`. */
interface Format {
  open(path: string, options: TableOptions): Promise<RawTable>
  forSql(path: string, options: TableOptions, sql: Sql): Promise<SqlFile>
}

const bySql = (forSql: Format['forSql']): Format => ({
  forSql,
  open: (path, options) => withSql([path], async (sql) => sqlTable(await forSql(path, options, sql))),
})

const json = (form: JsonForm): Format => ({
  open: (path, options) => openJson(path, options, form),
  forSql: (path, options, sql) => jsonForSql(path, options, form, sql),
})

const csv = bySql(csvFile)

const FORMATS: Readonly<Record<string, Format>> = {
  csv,
  tsv: bySql((path, options, sql) => csvFile(path, { ...options, delimiter: options.delimiter ?? '\t' }, sql)),
  txt: csv,
  jsonl: json(LINES),
  ndjson: json(LINES),
  json: json(ARRAY),
  parquet: bySql(parquetFile),
}

/** Formats that are packed already. */
const NEVER_GZIP = ['parquet']

/** The endings of files that hold a table. */
const TABLE_ENDINGS: readonly string[] = Object.keys(FORMATS).flatMap((ending) =>
  NEVER_GZIP.includes(ending) ? [ending] : [ending, `${ending}.gz`],
)

/**
 * Opens the table that these files make together, one after another. Throws a UserError for a file that is damaged or
 * has no table, and for one whose columns are not those of the first.
 */
export async function openTable(paths: readonly string[], options: Partial<TableOptions> = {}): Promise<RawTable> {
  const all = { ...TABLE_DEFAULTS, ...options }
  const formats = paths.map(formatOf)
  const each = async <Result>(open: (format: Format, path: string) => Promise<Result>, into: Result[]) => {
    for (const [index, path] of paths.entries()) {
      await statOfFile(path)
      into.push(await open(formats[index]!, path))
    }
  }
  return inWords('read a table', async () => {
    const { select } = all
    if (select !== null) {
      return withSql(paths, async (sql) => {
        const files: SqlFile[] = []
        await each((format, path) => format.forSql(path, all, sql), files)
        return sqlTable(await selected(files, select, sql))
      })
    }
    const tables: RawTable[] = []
    try {
      await each((format, path) => format.open(path, all), tables)
      return joined(tables)
    } catch (error) {
      for (const table of tables) table.close()
      throw error
    }
  })
}

/** Opens DuckDB for a table, and closes it if the table cannot be opened. */
async function withSql(paths: readonly string[], open: (sql: Sql) => Promise<RawTable>): Promise<RawTable> {
  const sql = await openSql(paths)
  return closedIfItFails(sql, () => open(sql))
}

function formatOf(path: string): Format {
  const name = path.toLowerCase()
  if (name.endsWith('.zst')) {
    throw new UserError(
      `${path}: files packed by zstd are not read, because one that is cut short can pass for whole; unpack it`,
    )
  }
  const ending = TABLE_ENDINGS.find((ending) => name.endsWith(`.${ending}`))
  const allowed = TABLE_ENDINGS.map((ending) => `.${ending}`).join(', ')
  if (ending === undefined) throw new UserError(`${path}: the ending of its name must be one of ${allowed}`)
  return FORMATS[ending.replace(/\.gz$/, '')]!
}
