/** Parses numbers in text, one row per line, separated by commas, as NumPy and spreadsheets write them. */
import type { NumberArray } from './number-array.js'

/** A finite number as JSON and Python write it. Spreadsheets may put quotes around it. */
export const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
/** How programs write a missing or infinite number. */
const NOT_FINITE = /^[+-]?(?:nan|na|n\/a|null|none|inf|infinity)$/i
const MOST_SHOWN = 40

const NEW_LINE = 10
const BYTE_ORDER_MARKS: readonly (readonly number[])[] = [
  [0xff, 0xfe],
  [0xfe, 0xff],
]

/** Parses the bytes of a file. Returns the numbers, or a message. Skips a first row of column names. */
export function parseCsv(bytes: Uint8Array): NumberArray | { readonly problem: string } {
  const isWide = BYTE_ORDER_MARKS.some((mark) => mark.every((byte, at) => bytes[at] === byte))
  if (isWide || bytes.subarray(0, 4).includes(0)) return { problem: 'the text is in UTF-16, must be in UTF-8' }
  let values = new Float32Array(1024)
  let [count, rows, columns, row, isFirst] = [0, 0, 0, 0, true]
  for (const line of linesOf(bytes)) {
    row++
    if (line.trim() === '') continue
    const cells = line.split(',').map(unquoted)
    const wasFirst = isFirst
    isFirst = false
    if (wasFirst && isHeader(cells)) continue
    if (rows === 0) columns = cells.length
    if (cells.length !== columns) return { problem: `row ${row} has ${cells.length} columns, must have ${columns}` }
    if (count + columns > values.length) {
      const longer = new Float32Array(2 * (count + columns))
      longer.set(values)
      values = longer
    }
    for (const [column, cell] of cells.entries()) {
      const value = NUMBER.test(cell) ? Math.fround(Number(cell)) : Number.NaN
      if (!Number.isFinite(value)) return { problem: `row ${row}, column ${column + 1} ${fault(cell)}` }
      values[count++] = value
    }
    rows++
  }
  return rows === 0 ? { problem: 'contains no rows' } : { shape: [rows, columns], values: values.subarray(0, count) }
}

/** Yields line after line, so that a file may be longer than the longest string. */
function* linesOf(bytes: Uint8Array): Iterable<string> {
  const decoder = new TextDecoder() // skips a byte order mark
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(NEW_LINE, from)
    const to = end < 0 ? bytes.length : end
    // removes the rest of "\r\n"; old programs end a line with "\r" alone
    yield* decoder.decode(bytes.subarray(from, to)).replace(/\r$/, '').split('\r')
    from = to + 1
  }
}

const unquoted = (cell: string): string => /^\s*"?(.*?)"?\s*$/s.exec(cell)![1]!.trim()

/** True for names of columns: at least one word, and no number. */
const isHeader = (cells: readonly string[]): boolean =>
  !cells.some((cell) => NUMBER.test(cell)) && cells.some((cell) => /\p{L}/u.test(cell) && !NOT_FINITE.test(cell))

function fault(cell: string): string {
  if (cell === '') return 'is empty, must be a number'
  const found = `holds ${JSON.stringify(cell.length > MOST_SHOWN ? `${cell.slice(0, MOST_SHOWN - 3)}...` : cell)}`
  if (NOT_FINITE.test(cell) || NUMBER.test(cell)) return `${found}, must be a finite number of 32 bits`
  const parts = cell.split(/[;\t]|\s+/).map((part) => part.trim())
  const isDivided = parts.length > 1 && parts.some((part) => NUMBER.test(part))
  return isDivided ? `${found}; columns must be separated by commas` : `${found}, must be a number`
}
