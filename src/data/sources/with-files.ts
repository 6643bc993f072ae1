/** Adds columns to a table whose values come from files that another column names: pictures, masks. */
import type { Named, Numbers } from '../../base/field.js'
import { readWhole } from '../../base/read-file.js'
import type { Column, Values } from '../column.js'
import { madeAhead } from './ahead.js'
import { type BadFile, BadFiles, missingFiles } from './bad-files.js'
import { type BytesIn, rowDecoder } from './decode-rows.js'
import { type FileColumn, MOST_BYTES, placeOf } from './file-column.js'
import type { ThreadOptions } from './file-threads.js'
import type { RawTable, RowTable } from './raw-table.js'
import { copied, inPieces, type Rows } from './source.js'

/** Bytes of arrays that are decoded together. */
const BYTES_AT_ONCE = 2 ** 21

export interface FileListener {
  /** Hears what is worth telling about the files of a whole pass. */
  noted(note: string): void
  /** Hears of each file that cannot be used, before its row comes with zeros. Without it, such files are an error. */
  readonly refused?: (file: BadFile) => void
  /** Gives the bytes of a file by the text of its row. Without it, the text is a path. */
  readonly bytesIn?: BytesIn
}

export function withFiles<Given extends RowTable>(
  table: Given,
  added: readonly FileColumn[],
  listener: FileListener,
  threads?: ThreadOptions,
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
          yield* decodedRows(stream, made, columns, table.name, listener, threads)
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
  { noted, refused, bytesIn }: FileListener,
  options?: ThreadOptions,
): AsyncGenerator<Rows> {
  const decoder = await rowDecoder(made, options, bytesIn)
  const most = Math.max(1, Math.floor(BYTES_AT_ONCE / decoder.width))
  const decodePiece = async (rows: Rows) => ({ rows, ...(await decoder.decode(rows)) })
  const bad = new BadFiles(name)
  let turned = 0
  try {
    for await (const piece of madeAhead(piecesOf(stream, most), decodePiece)) {
      turned += piece.turned
      if (refused) for (const file of piece.bad) refused(file)
      else bad.add(piece.bad)
      if (bad.isFull()) break
      // after the first problem the others are only looked for
      if (bad.isEmpty()) yield withArrays(piece.rows, columns, piece.arrays)
    }
  } finally {
    decoder.close()
  }
  bad.end()
  if (turned === 0) return
  const [pictures, were, their] = turned === 1 ? ['picture', 'was', 'its'] : ['pictures', 'were', 'their']
  noted(`${turned.toLocaleString('en')} ${pictures} of ${name} ${were} turned as ${their} EXIF orientation says.`)
}

/** The rows with these columns, of which some are in `arrays`. */
const withArrays = (rows: Rows, columns: Named<Column>, arrays: Named<Numbers>): Rows => ({
  ...rows,
  columns: Object.fromEntries(
    Object.keys(columns).map((name): [string, Values] => [name, arrays[name] ?? rows.columns[name]!]),
  ),
})

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
