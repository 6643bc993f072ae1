/** Numbers in text, a row a line with commas between them, as NumPy and spreadsheets write them. */
import type { NumberArray } from '../base/npy.js'

/** As JSON and Python write a finite number; quotes around it are those of a spreadsheet. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
/** How programs write what is no number at all. */
const NOT_FINITE = /^[+-]?(?:nan|na|n\/a|null|none|inf|infinity)$/i
const MOST_SHOWN = 40

const NEW_LINE = 10
const BYTE_ORDER_MARKS: readonly (readonly number[])[] = [
  [0xff, 0xfe],
  [0xfe, 0xff],
]

/** The numbers of a file's bytes, or what is wrong with them; a first row of words is passed over. */
export function parseCsv(bytes: Uint8Array): NumberArray | { readonly problem: string } {
  const isWide = BYTE_ORDER_MARKS.some((mark) => mark.every((byte, at) => bytes[at] === byte))
  if (isWide || bytes.subarray(0, 4).includes(0)) return { problem: 'it is text in UTF-16, must be in UTF-8' }
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
  return rows === 0 ? { problem: 'it has no rows' } : { shape: [rows, columns], values: values.subarray(0, count) }
}

/** One after another, so that a file may be longer than a string can be. */
function* linesOf(bytes: Uint8Array): Iterable<string> {
  const decoder = new TextDecoder() // passes a byte order mark over
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(NEW_LINE, from)
    const to = end < 0 ? bytes.length : end
    // of "\r\n" the rest; alone, as old programs end a line
    yield* decoder.decode(bytes.subarray(from, to)).replace(/\r$/, '').split('\r')
    from = to + 1
  }
}

const unquoted = (cell: string): string => /^\s*"?(.*?)"?\s*$/s.exec(cell)![1]!.trim()

/** Names of columns: no number among them, and a word. */
const isHeader = (cells: readonly string[]): boolean =>
  !cells.some((cell) => NUMBER.test(cell)) && cells.some((cell) => /\p{L}/u.test(cell) && !NOT_FINITE.test(cell))

function fault(cell: string): string {
  if (cell === '') return 'is empty, must be a number'
  const found = `holds ${JSON.stringify(cell.length > MOST_SHOWN ? `${cell.slice(0, MOST_SHOWN - 3)}...` : cell)}`
  if (NOT_FINITE.test(cell) || NUMBER.test(cell)) return `${found}, must be a finite number of 32 bits`
  const parts = cell.split(/[;\t]|\s+/).map((part) => part.trim())
  const isDivided = parts.length > 1 && parts.some((part) => NUMBER.test(part))
  return isDivided ? `${found}; columns must have commas between them` : `${found}, must be a number`
}
