/** Words for what DuckDB says of a CSV file: its own advice is about options that we do not set. */
import { decoderOf } from './csv-encoding.js'
import type { CsvLook } from './csv-look.js'
import { type CsvRecord, csvReader, isBlank, LONGEST_RECORD } from './csv-records.js'
import type { TableOptions } from './options.js'
import { pieces } from './pieces.js'

/** Continues a sentence that begins with the file; undefined for an error that is not about the file. */
export async function csvProblem(
  path: string,
  message: string,
  look: CsvLook,
  options: TableOptions,
): Promise<string | undefined> {
  const record = /^.*CSV Error on Line: (\d+)$/m.exec(message)?.[1]
  const place = () => placeOf(path, Number(record), look, options)
  const [, expected, found] = [...message.matchAll(/^Expected Number of Columns: (\d+) Found: (\d+)$/gm)].at(-1) ?? []
  if (record !== undefined) {
    if (/^Invalid unicode/m.test(message)) {
      return `${await place()} has bytes that are not UTF-8; save the file as UTF-8, or set "csv": {"encoding": "latin-1"}`
    }
    if (/^Value with unterminated quote found/m.test(message)) {
      return `${await place()} has a quote that does not end, or text after its end`
    }
    if (expected !== undefined) return `${await place()} has ${columns(found!)}, must have ${expected}`
    if (/Maximum line size/i.test(message)) return `${await place()} is longer than ${LONGEST_RECORD} bytes`
  }
  if (message.includes('state machine reached an invalid state')) return mixedEnds(path, look, options)
  if (message.includes('is not latin-1 encoded')) return 'it has bytes that are no letters of latin-1; save it as UTF-8'
  // a file that Node unpacks, in a form of gzip that DuckDB does not know
  if (/gzip/i.test(message)) return 'it is packed in an unusual way; unpack it'
  return undefined
}

const columns = (count: string): string => `${count} column${count === '1' ? '' : 's'}`

/** The row and the line of a record, which is counted from 1 with blank lines and the header. */
async function placeOf(path: string, record: number, look: CsvLook, options: TableOptions): Promise<string> {
  let [seen, row] = [0, look.header ? -1 : 0]
  for await (const found of records(path, look, options)) {
    seen++
    if (seen > look.blank && (look.names.length === 1 || !isBlank(found))) row++
    if (seen === record) return row === 0 ? `line ${found.line}` : `row ${row} (line ${found.line})`
  }
  return 'a row'
}

/** Finds the first line that ends in another way than the lines before it. */
async function mixedEnds(path: string, look: CsvLook, options: TableOptions): Promise<string> {
  let first: CsvRecord | undefined
  for await (const record of records(path, look, options)) {
    first ??= record
    if (record.end !== first.end && record.end !== '') {
      const [one, other] = [JSON.stringify(first.end), JSON.stringify(record.end)]
      return `line ${first.line} ends with ${one}, but line ${record.line} with ${other}; save it with one kind of line end`
    }
  }
  return 'its quotes and line ends do not fit; save it again as CSV'
}

async function* records(path: string, { delimiter }: CsvLook, { quote, encoding }: TableOptions) {
  const read = csvReader(delimiter, quote)
  const decoder = decoderOf(encoding)
  for await (const bytes of pieces(path)) yield* read(decoder.decode(bytes, { stream: true }), false)
  yield* read(decoder.decode(), true)
}
