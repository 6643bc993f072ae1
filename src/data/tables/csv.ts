/** CSV files: DuckDB is given every option, so that it guesses nothing. */
import { UserError } from '../../base/issue.js'
import { literal } from '../pattern.js'
import { decoderOf, encodingProblem } from './csv-encoding.js'
import { type CsvLook, lookAtCsv } from './csv-look.js'
import { csvProblem } from './csv-problem.js'
import { LONGEST_RECORD } from './csv-records.js'
import { type Sql, text } from './duckdb.js'
import type { TableOptions } from './options.js'
import { checkGzip, headOf, isGzip } from './pieces.js'
import type { SqlColumn, SqlFile } from './sql-file.js'
import { withoutGaps } from './typed-column.js'

/** Bytes that DuckDB reads at once, at least a record. */
const BUFFER = 2 * LONGEST_RECORD

/** Bytes of the first look, if these have a whole record. */
const HEAD = 65_536

export async function csvFile(path: string, options: TableOptions, sql: Sql): Promise<SqlFile> {
  expectUsable(options)
  await checkGzip(path)
  const look = await firstLook(path, options)
  const { names, likelyNumbers } = look
  const gaps = options.missing_values.filter((value) => !isPlainGap(value, look, options))
  const asNumbers = gaps.length === 0 && isPlainMark(options.thousands)
  return {
    name: path,
    sql,
    numberStyle: options,
    // the columns have numbers for names, because SQL does not tell `a` from `A`
    columns: Object.fromEntries(
      names.map((name, index): [string, SqlColumn] => {
        const value = gaps.length === 0 ? `c${index}` : withoutGaps(`c${index}`, gaps)
        const decimal = decimalOf(value, options)
        const number = `TRY_CAST(${decimal} AS DOUBLE)`
        return [name, { type: null, value, text: value, number, strict: asNumbers ? value : `(${decimal})::DOUBLE` }]
      }),
    ),
    likelyNumbers: likelyNumbers.map((index) => names[index]!),
    rows: (wanted) => reader(path, look, options, asNumbers ? wanted : new Set()),
    problemOf: ({ message }) => csvProblem(path, message, look, options),
  }
}

/** Throws a UserError for characters that make the text ambiguous. */
function expectUsable({ delimiter, quote, decimal, thousands }: TableOptions): void {
  const problem =
    delimiter !== null && (/[\r\n]/.test(delimiter) || delimiter.includes(quote))
      ? '"delimiter" must be neither a line end nor the quote'
      : !/^[\t -~]$/.test(quote)
        ? '"quote" must be one character of ASCII'
        : thousands !== null && (thousands === decimal || /[\d+\-eE]/.test(thousands))
          ? '"thousands" must be a character that no other part of a number has'
          : undefined
  if (problem !== undefined) throw new UserError(`"csv": ${problem}`)
}

/** True if DuckDB takes a character between thousands. */
const isPlainMark = (thousands: string | null): boolean => thousands === null || /^[ -~]$/.test(thousands)

/** True if DuckDB takes a text that means a gap. */
const isPlainGap = (value: string, { delimiter }: CsvLook, { quote }: TableOptions): boolean =>
  !value.includes(delimiter) && !value.includes(quote) && !/[\r\n]/.test(value)

function reader(path: string, look: CsvLook, options: TableOptions, asNumbers: ReadonlySet<string>): string {
  const { delimiter, blank, header, names } = look
  const { quote, decimal, thousands, encoding, missing_values } = options
  const columns = names.map((name, index) => `'c${index}': '${asNumbers.has(name) ? 'DOUBLE' : 'VARCHAR'}'`)
  const gaps = ['', ...missing_values.filter((value) => isPlainGap(value, look, options))]
  const separators = asNumbers.size === 0 ? '' : separatorsOf(decimal, thousands)
  return `read_csv(${text(literal(path))}, auto_detect = false, skip = ${blank}, header = ${header}, delim = ${text(delimiter)},
    quote = ${text(quote)}, escape = ${text(quote)}, columns = {${columns.join(', ')}}, max_line_size = ${LONGEST_RECORD},
    buffer_size = ${BUFFER}, nullstr = [${gaps.map(text).join(', ')}], ${separators} encoding = ${text(encoding)},
    compression = ${text(isGzip(path) ? 'gzip' : 'none')})`
}

const separatorsOf = (decimal: string, thousands: string | null): string =>
  `decimal_separator = ${text(decimal)},${thousands === null ? '' : ` thousands = ${text(thousands)},`}`

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
