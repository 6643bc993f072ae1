/** A JSON file as SQL reads it, for a query of the user. */
import { literal } from '../pattern.js'
import { type Sql, text } from './duckdb.js'
import { openJson } from './json.js'
import type { JsonForm } from './json-records.js'
import type { TableOptions } from './options.js'
import { isGzip } from './pieces.js'
import type { SqlColumn, SqlFile } from './sql-file.js'
import { withoutGaps } from './typed-column.js'

export async function jsonForSql(path: string, options: TableOptions, form: JsonForm, sql: Sql): Promise<SqlFile> {
  const table = await openJson(path, options, form)
  const names = Object.keys(table.columns)
  // reads the file once, which refuses lists, objects and lines that are not JSON
  await table.facts(names)
  const pointers = names.map((name) => text(`/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`))
  const columnOf = (index: number): SqlColumn => {
    const value = withoutGaps(`cells[${index + 1}]`, options.missing_values)
    return { type: null, value, text: value, number: `TRY_CAST(${value} AS DOUBLE)`, strict: `(${value})::DOUBLE` }
  }
  return {
    name: path,
    sql,
    columns: Object.fromEntries(names.map((name, index) => [name, columnOf(index)])),
    likelyNumbers: [],
    rows: () =>
      `(SELECT json_extract_string(record, [${pointers.join(', ')}]) AS cells FROM read_json_objects(${text(literal(path))},
        format = ${text(form.format)}, compression = ${text(isGzip(path) ? 'gzip' : 'uncompressed')}) AS file(record))`,
    problemOf: async () => undefined,
  }
}
