/** Opens tables in files. The ending of a file says how it is read. */
import { inWords } from '../../base/file-problem.js'
import { UserError } from '../../base/issue.js'
import type { RawTable } from '../sources/raw-table.js'
import { openCsv } from './csv.js'
import { openSql, type Sql } from './duckdb.js'
import { joined } from './joined.js'
import { openJson } from './json.js'
import { arrayRecords, lineRecords } from './json-records.js'
import { TABLE_DEFAULTS, type TableOptions } from './options.js'
import { openParquet } from './parquet.js'

/** Opens one file. */
type Opener = (path: string, options: TableOptions) => Promise<RawTable>

const bySql =
  (open: (path: string, options: TableOptions, sql: Sql) => Promise<RawTable>): Opener =>
  async (path, options) => {
    const sql = await openSql([path])
    try {
      return await open(path, options, sql)
    } catch (error) {
      sql.close()
      throw error
    }
  }

const csv = bySql(openCsv)
const tsv = bySql((path, options, sql) => openCsv(path, { ...options, delimiter: options.delimiter ?? '\t' }, sql))
const jsonLines: Opener = (path, options) => openJson(path, options, lineRecords)
const json: Opener = (path, options) => openJson(path, options, arrayRecords)

const OPENERS: Readonly<Record<string, Opener>> = {
  csv,
  tsv,
  txt: csv,
  jsonl: jsonLines,
  ndjson: jsonLines,
  json,
  parquet: bySql(openParquet),
}

/** Formats that are packed already. */
const NEVER_GZIP = ['parquet']

/** The endings of files that hold a table. */
export const TABLE_ENDINGS: readonly string[] = Object.keys(OPENERS).flatMap((ending) =>
  NEVER_GZIP.includes(ending) ? [ending] : [ending, `${ending}.gz`],
)

/**
 * Opens the table that these files make together, one after another. Throws a UserError for a file that is damaged or
 * has no table, and for one whose columns are not those of the first.
 */
export async function openTable(paths: readonly string[], options: Partial<TableOptions> = {}): Promise<RawTable> {
  const tables: RawTable[] = []
  try {
    for (const path of paths) {
      tables.push(await inWords('read a table', () => openerOf(path)(path, { ...TABLE_DEFAULTS, ...options })))
    }
    return joined(tables)
  } catch (error) {
    for (const table of tables) table.close()
    throw error
  }
}

function openerOf(path: string): Opener {
  const name = path.toLowerCase()
  if (name.endsWith('.zst')) {
    throw new UserError(
      `${path}: a file packed by zstd is not read, because one that is cut short passes for whole; unpack it`,
    )
  }
  const ending = TABLE_ENDINGS.find((ending) => name.endsWith(`.${ending}`))
  const allowed = TABLE_ENDINGS.map((ending) => `.${ending}`).join(', ')
  if (ending === undefined) throw new UserError(`${path}: the ending of its name must be one of ${allowed}`)
  return OPENERS[ending.replace(/\.gz$/, '')]!
}
