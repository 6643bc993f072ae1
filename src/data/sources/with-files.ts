/** Adds columns to a table whose values come from files that another column names: pictures, masks. */
import { ARRAYS, type Named, type Numbers } from '../../base/field.js'
import { readWhole } from '../../base/read-file.js'
import { sizeOf } from '../../base/shape.js'
import type { Column, Values } from '../column.js'
import { limiter, madeAhead } from './ahead.js'
import { type BadFile, BadFiles, bytesOf, missingFiles } from './bad-files.js'
import { type FileColumn, type FileFacts, placeOf } from './file-column.js'
import type { RawTable, RowTable } from './raw-table.js'
import { copied, inPieces, type Rows } from './source.js'

/** Limit on the size of a file. */
export const MOST_BYTES = 2 ** 28
/** Files that are read and decoded at once. */
const AT_ONCE = 4
/** Bytes of arrays that are decoded together. */
const BYTES_AT_ONCE = 2 ** 21

export interface FileListener {
  /** Hears what is worth telling about the files of a whole pass. */
  noted(note: string): void
  /** Hears of each file that cannot be used, before its row comes with zeros. Without it, such files are an error. */
  readonly refused?: (file: BadFile) => void
}

export function withFiles<Given extends RowTable>(
  table: Given,
  added: readonly FileColumn[],
  listener: FileListener,
): Given {
  if (added.length === 0) return table
  return {
    ...table,
    columns: { ...table.columns, ...Object.fromEntries(added.map(({ name, field }) => [name, field])) },
    read(wanted) {
      const made = added.filter(({ name }) => Object.hasOwn(wanted, name))
      if (made.length === 0) return table.read(wanted)
      const fields = Object.fromEntries(made.map(({ name, field }) => [name, field]))
      const given = Object.fromEntries(Object.entries(wanted).filter(([name]) => !Object.hasOwn(fields, name)))
      const sources = Object.fromEntries(made.map(({ from }) => [from, 'text' as const]))
      const stream = table.read({ ...sources, ...given })
      const columns = Object.fromEntries(
        Object.keys(wanted).map((name): [string, Column] => [name, fields[name] ?? stream.columns[name]!]),
      )
      return {
        columns,
        async *rows() {
          if (!listener.refused) await expectFiles(table, made)
          yield* decodedRows(stream, made, columns, table.name, listener)
        },
      }
    },
  }
}

/** Throws a UserError that lists the first files that are not there. */
async function expectFiles(table: RowTable, made: readonly FileColumn[]): Promise<void> {
  const named = made.filter(({ isFound }) => !isFound)
  if (named.length === 0) return
  const names = [...new Set(named.map(({ from }) => from))]
  const missing = missingFiles(table.name)
  for await (const rows of table.read(Object.fromEntries(names.map((name) => [name, 'text']))).rows()) {
    for (const column of named) await missing.see(column, rows)
  }
  missing.end()
}

async function* decodedRows(
  stream: ReturnType<RawTable['read']>,
  made: readonly FileColumn[],
  columns: Named<Column>,
  name: string,
  { noted, refused }: FileListener,
): AsyncGenerator<Rows> {
  const limited = limiter(AT_ONCE)
  const width = made.reduce((sum, { field }) => sum + sizeOf(field.shape) * ARRAYS[field.dtype].BYTES_PER_ELEMENT, 0)
  const most = Math.max(1, Math.floor(BYTES_AT_ONCE / width))
  const decodePiece = async (rows: Rows): Promise<Piece> => {
    const arrays = Object.fromEntries(
      made.map(({ name, field }) => [name, new ARRAYS[field.dtype](rows.count * sizeOf(field.shape))]),
    )
    const each = await Promise.all(
      Array.from({ length: rows.count }, (_, row) => limited(() => decodeRow(made, rows, row, arrays))),
    )
    const values = Object.keys(columns).map((name): [string, Values] => [name, arrays[name] ?? rows.columns[name]!])
    return {
      rows: { from: rows.from, count: rows.count, columns: Object.fromEntries(values) },
      bad: each.flatMap(({ bad }) => bad),
      turned: each.filter(({ turned }) => turned).length,
    }
  }
  const bad = new BadFiles(name)
  let turned = 0
  for await (const piece of madeAhead(piecesOf(stream, most), decodePiece)) {
    turned += piece.turned
    if (refused) for (const file of piece.bad) refused(file)
    else bad.add(piece.bad)
    if (bad.isFull()) break
    // after the first problem the others are only looked for
    if (bad.isEmpty()) yield piece.rows
  }
  bad.end()
  if (turned === 0) return
  const [pictures, were, their] = turned === 1 ? ['picture', 'was', 'its'] : ['pictures', 'were', 'their']
  noted(`${turned.toLocaleString('en')} ${pictures} of ${name} ${were} turned as ${their} EXIF orientation says.`)
}

interface Piece {
  readonly rows: Rows
  readonly bad: readonly BadFile[]
  /** Number of rows with a picture that was turned. */
  readonly turned: number
}

/** Decodes the files of a row, and compares their sizes. */
async function decodeRow(made: readonly FileColumn[], rows: Rows, row: number, arrays: Named<Numbers>) {
  const facts = new Map<string, FileFacts>()
  const bad: BadFile[] = []
  for (const column of made) {
    const text = (rows.columns[column.from] as readonly (string | null)[])[row]!
    // a gap is reported, or drops the row, by its column
    if (text === null) continue
    const refuse = (problem: string) => bad.push({ row: rows.from + row, file: column.pathOf(text), problem })
    const width = sizeOf(column.field.shape)
    const found = await decodeFile(column, text, arrays[column.name]!.subarray(row * width, (row + 1) * width))
    if ('problem' in found) {
      refuse(found.problem)
      continue
    }
    facts.set(column.name, found)
    const [own, other] = [found.size, facts.get(column.sameSizeAs ?? '')?.size]
    if (own && other && String(own) !== String(other)) {
      refuse(`has ${own[1]} x ${own[0]} pixels, but its picture has ${other[1]} x ${other[0]}`)
    }
  }
  return { bad, turned: [...facts.values()].some(({ turned }) => turned) }
}

async function decodeFile(
  column: FileColumn,
  text: string,
  into: Numbers,
): Promise<FileFacts | { readonly problem: string }> {
  const place = placeOf(column, text)
  if ('problem' in place) return place
  const bytes = await bytesOf(place.path, MOST_BYTES)
  return 'problem' in bytes ? bytes : column.decode(bytes, into)
}

/** Cuts rows into pieces of at most so many, with arrays that last. */
async function* piecesOf({ columns, rows }: ReturnType<RawTable['read']>, most: number): AsyncGenerator<Rows> {
  for await (const some of rows()) for (const piece of inPieces(some, columns, most)) yield copied(piece)
}

/** The bytes of the first file that a column names; null if there is none, or it cannot be read. */
export async function firstFile(table: RawTable, column: FileColumn): Promise<Uint8Array | null> {
  for await (const { columns } of table.read({ [column.from]: 'text' }).rows()) {
    const text = (columns[column.from] as readonly (string | null)[]).find((one) => one !== null)
    const place = text === undefined ? undefined : placeOf(column, text!)
    if (place && 'path' in place) return readWhole(place.path, { most: MOST_BYTES }).catch(() => null)
  }
  return null
}
