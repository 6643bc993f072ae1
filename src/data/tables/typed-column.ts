/** Columns whose types a file or a query states, as numbers and as text. */
import type { ColumnType } from '../sources/raw-table.js'
import { text } from './duckdb.js'
import { isNotFinite, numberIn } from './number-text.js'
import type { SqlColumn } from './sql-file.js'

/**
 * Returns the column that an expression gives, by its type in SQL. Booleans are the texts `true` and `false`; dates and
 * times are texts as ISO 8601 has them, with a space between both.
 */
export function columnOf(expression: string, sqlType: string, missing: readonly string[]): SqlColumn {
  const type = typeOf(sqlType)
  const gap = type === 'text' ? textGap(expression, missing) : numberGap(expression, missing)
  const value = gap === '' ? expression : nullIf(gap, expression)
  // a whole number of a floating type is `3`, as in a CSV file, and not `3.0`
  const asText = /^(?:FLOAT|DOUBLE)$/.test(sqlType)
    ? `regexp_replace((${value})::VARCHAR, '[.]0$', '')`
    : `(${value})::VARCHAR`
  if (type === 'text') {
    const [number, strict] = [`TRY_CAST(${asText} AS DOUBLE)`, `(${asText})::DOUBLE`]
    const nested = nestedOf(sqlType)
    return {
      type,
      value: nested === undefined ? value : expression,
      text: asText,
      number,
      strict,
      ...(nested && { nested }),
    }
  }
  const number = `(${value})::DOUBLE`
  return { type, value, text: asText, number, strict: number }
}

function typeOf(sqlType: string): ColumnType {
  if (/^U?(?:TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/.test(sqlType)) return 'integer'
  return /^(?:FLOAT|DOUBLE|DECIMAL\(\d+,\d+\))$/.test(sqlType) ? 'number' : 'text'
}

const SINGLE =
  /^(?:VARCHAR|BOOLEAN|DATE|UUID|INTERVAL|TIME(?:_NS)?|TIMESTAMP(?:_S|_MS|_NS)?|TIME(?:STAMP)? WITH TIME ZONE|ENUM\(.*\))$/s

function nestedOf(sqlType: string): string | undefined {
  if (SINGLE.test(sqlType)) return undefined
  if (sqlType.endsWith(']')) return 'lists'
  if (sqlType.startsWith('STRUCT')) return 'structs'
  if (sqlType.startsWith('MAP')) return 'maps'
  return sqlType === 'BLOB' ? 'bytes' : `values of type ${sqlType}`
}

/** NULL in SQL if a condition is true, else the value of an expression. */
const nullIf = (condition: string, expression: string): string =>
  `CASE WHEN ${condition} THEN NULL ELSE ${expression} END`

/** A text in SQL: NULL for an empty one, and for those that mean a gap. */
export const withoutGaps = (expression: string, missing: readonly string[]): string =>
  nullIf(textGap(expression, missing), expression)

/** True in SQL for an empty text, and for those that mean a gap. */
const textGap = (expression: string, missing: readonly string[]): string =>
  `${expression}::VARCHAR IN (${['', ...missing].map(text).join(', ')})`

/** DuckDB takes NaN as equal to NaN. */
function numberGap(expression: string, missing: readonly string[]): string {
  const numbers = missing.filter((value) => !Number.isNaN(numberIn(value)) || isNotFinite(value))
  return numbers.length === 0
    ? ''
    : `${expression}::DOUBLE IN (${numbers.map((one) => `${text(one)}::DOUBLE`).join(', ')})`
}
