/** CSV files: DuckDB is given every option, so that it guesses nothing. */
import { UserError } from '../../base/issue.js'
import { decoderOf, encodingProblem } from './csv-encoding.js'
import { type CsvLook, lookAtCsv } from './csv-look.js'
import { csvProblem } from './csv-problem.js'
import { LONGEST_RECORD } from './csv-records.js'
import { literal, type Sql, text } from './duckdb.js'
import type { TableOptions } from './options.js'
import { checkGzip, headOf, isGzip } from './pieces.js'
import type { SqlColumn, SqlFile } from './sql-file.js'

/** Bytes that DuckDB reads at once, at least a record. */
const BUFFER = 2 * LONGEST_RECORD

/** Bytes of the first look, if these have a whole record. */
const HEAD = 65_536

export async function csvFile(path: string, options: TableOptions, sql: Sql): Promise<SqlFile> {
  await checkGzip(path)
  const look = await firstLook(path, options)
  const { names, likelyNumbers } = look
  return {
    name: path,
    sql,
    // the columns have numbers for names, because SQL does not tell `a` from `A`
    columns: Object.fromEntries(
      names.map((name, index): [string, SqlColumn] => [
        name,
        {
          type: null,
          value: `c${index}`,
          text: `c${index}`,
          number: `TRY_CAST(${decimalOf(`c${index}`, options)} AS DOUBLE)`,
          strict: `c${index}`,
        },
      ]),
    ),
    likelyNumbers: likelyNumbers.map((index) => names[index]!),
    rows: (asNumbers) => reader(path, look, options, asNumbers),
    problemOf: ({ message }) => csvProblem(path, message, look, options),
  }
}

function reader(
  path: string,
  { delimiter, header, names }: CsvLook,
  { quote, decimal, thousands, encoding, missing_values }: TableOptions,
  asNumbers: ReadonlySet<string>,
): string {
  const columns = names.map((name, index) => `'c${index}': '${asNumbers.has(name) ? 'DOUBLE' : 'VARCHAR'}'`)
  return `read_csv(${text(literal(path))}, auto_detect = false, header = ${header}, delim = ${text(delimiter)},
    quote = ${text(quote)}, escape = ${text(quote)}, columns = {${columns.join(', ')}}, max_line_size = ${LONGEST_RECORD}, buffer_size = ${BUFFER},
    nullstr = [${['', ...missing_values].map(text).join(', ')}], decimal_separator = ${text(decimal)},
    ${thousands === null ? '' : `thousands = ${text(thousands)},`} encoding = ${text(encoding)},
    compression = ${text(isGzip(path) ? 'gzip' : 'none')})`
}

/** The text of a number as SQL writes it; a point that is neither before a fraction nor between thousands becomes `!`. */
function decimalOf(column: string, { decimal, thousands }: TableOptions): string {
  const joined = thousands === null ? column : `replace(${column}, ${text(thousands)}, '')`
  return decimal === '.' ? joined : `replace(replace(${joined}, '.', '!'), ',', '.')`
}

async function firstLook(path: string, options: TableOptions): Promise<CsvLook> {
  const { encoding } = options
  for (let most = HEAD; ; most *= 8) {
    const { bytes, isWhole } = await headOf(path, most)
    const head = decoderOf(encoding).decode(bytes, { stream: !isWhole })
    const wrong = encodingProblem(bytes, encoding)
    const look = wrong === undefined ? lookAtCsv(head, isWhole, options) : { problem: wrong }
    if (look === undefined && most <= LONGEST_RECORD) continue
    if (look === undefined) throw new UserError(`${path}: its first row is longer than ${LONGEST_RECORD} bytes`)
    if ('problem' in look) throw new UserError(`${path}: ${look.problem}`)
    return look
  }
}
