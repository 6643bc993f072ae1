/** A table that comes through a pipe: CSV, or JSON Lines if its first character is `{`. Its rows are read once, as they come. */
import { UserError } from '../../base/issue.js'
import type { RowTable } from '../sources/raw-table.js'
import type { Rows } from '../sources/source.js'
import { decoderOf, encodingProblem } from './csv-encoding.js'
import { type CsvLook, lookAtCsv } from './csv-look.js'
import { csvReader, isBlank, LONGEST_RECORD } from './csv-records.js'
import { cellsOf } from './json.js'
import { type JsonRecord, recordsOfLines } from './json-records.js'
import type { TableOptions } from './options.js'

/** Columns are all of type `text`. `name`: that of the table in messages. Throws a UserError for an empty stream. */
export async function openStream(
  bytes: AsyncIterable<Uint8Array>,
  options: TableOptions,
  name: string,
): Promise<RowTable> {
  const iterator = bytes[Symbol.asyncIterator]()
  const first = await firstBytes(iterator)
  if (first === null) throw new UserError(`${name}: it is empty`)
  const rest = following(first, iterator)
  const table = OPENING_BRACE === first.find((byte) => !BLANKS.includes(byte)) ? jsonLines : csv
  return { name, folder: '.', close() {}, ...(await table(rest, options, name)) }
}

/** The same for CSV alone. `longest`: limit on the bytes of its first row, which are read several times. */
export async function openCsvStream(
  bytes: AsyncIterable<Uint8Array>,
  options: TableOptions,
  name: string,
  longest: number,
): Promise<RowTable> {
  return { name, folder: '.', close() {}, ...(await csv(bytes, options, name, longest)) }
}

const OPENING_BRACE = 0x7b
/** Blanks, line ends and the bytes of a byte order mark. */
const BLANKS = [0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]

type Read = Pick<RowTable, 'columns' | 'numberStyle' | 'read'>

/** Returns the first bytes that are no blanks; null for an empty stream. */
async function firstBytes(iterator: AsyncIterator<Uint8Array>): Promise<Uint8Array | null> {
  for (;;) {
    const { value, done } = await iterator.next()
    if (done) return null
    if ((value as Uint8Array).some((byte) => !BLANKS.includes(byte))) return value
  }
}

async function* following(first: Uint8Array, iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
}

const textColumns = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 'text' as const]))

/** Makes the rows of texts in pieces, as a RawTable has them. */
const readAs = (pieces: AsyncIterable<Piece>): RowTable['read'] => {
  return (wanted) => ({
    columns: Object.fromEntries(Object.keys(wanted).map((name) => [name, { values: 'text' }])),
    async *rows() {
      let from = 0
      for await (const { count, cells } of pieces) {
        const columns = Object.keys(wanted).map((name) => [name, cells(name)] as const)
        yield { from, count, columns: Object.fromEntries(columns) } satisfies Rows
        from += count
      }
    },
  })
}

interface Piece {
  readonly count: number
  cells(column: string): readonly (string | null)[]
}

async function jsonLines(bytes: AsyncIterable<Uint8Array>, options: TableOptions, name: string): Promise<Read> {
  const records = recordsOfLines(name, bytes)
  let first: readonly JsonRecord[] = []
  while (first.length === 0) {
    const { value, done } = await records.next()
    if (done) throw new UserError(`${name}: it is empty`)
    first = value
  }
  const cellsIn = cellsOf(name, options.missing_values)
  async function* pieces(): AsyncGenerator<Piece> {
    let from = 0
    const pieceOf = (some: readonly JsonRecord[]): Piece => {
      const before = from
      from += some.length
      const texts = (column: string) =>
        cellsIn(some, column, before).map((cell) => (cell === null ? null : String(cell)))
      return { count: some.length, cells: texts }
    }
    yield pieceOf(first)
    for await (const some of records) if (some.length > 0) yield pieceOf(some)
  }
  return { columns: textColumns([...new Set(first.flatMap(Object.keys))]), read: readAs(pieces()) }
}

async function csv(
  bytes: AsyncIterable<Uint8Array>,
  options: TableOptions,
  name: string,
  longest = LONGEST_RECORD,
): Promise<Read> {
  const decoder = decoderOf(options.encoding)
  const texts = textsOf(bytes, decoder, options, name)
  let head = ''
  let look: CsvLook | undefined
  let isWhole = false
  while (look === undefined) {
    const { value, done } = await texts.next()
    isWhole = done === true
    if (!isWhole) head += value
    const found = lookAtCsv(head, isWhole, options)
    if (found === undefined && head.length > longest) {
      throw new UserError(`${name}: its first row is longer than ${longest} bytes`)
    }
    if (found && 'problem' in found) throw new UserError(`${name}: ${found.problem}`)
    look = found
  }
  return {
    columns: textColumns(look.names),
    numberStyle: options,
    read: readAs(csvPieces(head, isWhole, texts, look, options, name)),
  }
}

async function* textsOf(
  bytes: AsyncIterable<Uint8Array>,
  decoder: InstanceType<typeof TextDecoder>,
  { encoding }: TableOptions,
  name: string,
): AsyncGenerator<string> {
  let isFirst = true
  for await (const piece of bytes) {
    const wrong = isFirst ? encodingProblem(piece, encoding) : undefined
    if (wrong !== undefined) throw new UserError(`${name}: ${wrong}`)
    isFirst = false
    yield decoder.decode(piece, { stream: true })
  }
  yield decoder.decode()
}

async function* csvPieces(
  head: string,
  isWhole: boolean,
  texts: AsyncGenerator<string>,
  { delimiter, header, names }: CsvLook,
  { quote, missing_values }: TableOptions,
  name: string,
): AsyncGenerator<Piece> {
  const gaps = new Set(['', ...missing_values])
  const places = new Map(names.map((column, index) => [column, index]))
  const read = csvReader(delimiter, quote)
  let isHeader = header
  let row = 0
  const pieceOf = (text: string, isLast: boolean): Piece => {
    const rows: (readonly string[])[] = []
    for (const record of read(text, isLast)) {
      if (isBlank(record)) continue
      if (isHeader) {
        isHeader = false
        continue
      }
      row++
      const { fields, line } = record
      if (fields.length !== names.length) {
        throw new UserError(
          `${name}: row ${row} (line ${line}) has ${fields.length} values, must have ${names.length}, one for each column`,
        )
      }
      rows.push(fields)
    }
    const cells = (column: string) => {
      const at = places.get(column)!
      return rows.map((fields) => (gaps.has(fields[at]!) ? null : fields[at]!))
    }
    return { count: rows.length, cells }
  }
  const first = pieceOf(head, isWhole)
  if (first.count > 0) yield first
  if (isWhole) return
  for await (const text of texts) {
    const piece = pieceOf(text, false)
    if (piece.count > 0) yield piece
  }
  const last = pieceOf('', true)
  if (last.count > 0) yield last
}
