/** Decodes the files that rows name, in threads once these are worth their start. */
import { ARRAYS, type Named, type Numbers } from '../../base/field.js'
import { sizeOf } from '../../base/shape.js'
import { sharedRoom } from '../augment/stored-rows.js'
import { limiter } from './ahead.js'
import { type BadFile, bytesOf } from './bad-files.js'
import { type FileColumn, MOST_BYTES, placeOf } from './file-column.js'
import { type Decode, decodeBy, type FileFacts } from './file-decoders.js'
import { fileThreads, type ThreadOptions } from './file-threads.js'
import type { Rows } from './source.js'

/** Files that are read and decoded at once. */
const AT_ONCE = 4

export interface DecodedRows {
  /** The values by column. */
  readonly arrays: Named<Numbers>
  readonly bad: readonly BadFile[]
  /** Number of rows with a picture that was turned. */
  readonly turned: number
}

export interface RowDecoder {
  /** Bytes of the values of a row. */
  readonly width: number
  decode(rows: Rows): Promise<DecodedRows>
  /** Ends the threads. */
  close(): void
}

/** The bytes of a file by the text of its row, or what is wrong with that. */
export type BytesIn = (text: string) => Uint8Array | Pick<BadFile, 'problem'>

const NO_THREADS: ThreadOptions = { count: 0, after: 0 }

/** Without `bytesIn`, the text of a row is a path. */
export async function rowDecoder(
  columns: readonly FileColumn[],
  options?: ThreadOptions,
  bytesIn?: BytesIn,
): Promise<RowDecoder> {
  const fields = Object.fromEntries(columns.map(({ name, field }) => [name, field]))
  const decoders = columns.map(({ decoder }) => decoder)
  const decodes = await Promise.all(decoders.map((decoder) => decodeBy(decoder, 'again')))
  const threads = fileThreads(decoders, AT_ONCE, bytesIn ? NO_THREADS : options)
  const limited = limiter(AT_ONCE)
  return {
    width: columns.reduce((sum, { field }) => sum + sizeOf(field.shape) * ARRAYS[field.dtype].BYTES_PER_ELEMENT, 0),
    async decode(rows) {
      const arrays = sharedRoom(fields, rows.count)
      const known = await threads.decode({
        paths: columns.map((column) => textsOf(rows, column).map((text) => pathOf(column, text))),
        arrays: columns.map(({ name }) => arrays[name]!),
      })
      const each = await Promise.all(
        Array.from({ length: rows.count }, (_, row) =>
          limited(() =>
            factsOf(columns, rows, row, async (column, text, index) => {
              const width = sizeOf(column.field.shape)
              const into = arrays[column.name]!.subarray(row * width, (row + 1) * width)
              return known?.[index]?.[row] ?? decodeFile(column, text, decodes[index]!, into, bytesIn)
            }),
          ),
        ),
      )
      return {
        arrays,
        bad: each.flatMap(({ bad }) => bad),
        turned: each.filter(({ turned }) => turned).length,
      }
    },
    close: () => threads.close(),
  }
}

const textsOf = ({ columns }: Rows, { from }: FileColumn) => columns[from] as readonly (string | null)[]

function pathOf(column: FileColumn, text: string | null): string | null {
  const place = text === null ? undefined : placeOf(column, text)
  return place && 'path' in place ? place.path : null
}

type Found = FileFacts | { readonly problem: string }

/** Decodes the files of a row, and compares their sizes. */
async function factsOf(
  made: readonly FileColumn[],
  rows: Rows,
  row: number,
  decode: (column: FileColumn, text: string, index: number) => Promise<Found>,
) {
  const facts = new Map<string, FileFacts>()
  const bad: BadFile[] = []
  for (const [index, column] of made.entries()) {
    const text = textsOf(rows, column)[row]!
    // a gap is reported, or drops the row, by its column
    if (text === null) continue
    const refuse = (problem: string) =>
      bad.push({ row: rows.from + row, column: column.from, file: column.pathOf(text), problem })
    const found = await decode(column, text, index)
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
  decode: Decode,
  into: Numbers,
  bytesIn: BytesIn | undefined,
): Promise<Found> {
  const bytes = bytesIn ? bytesIn(text) : await bytesAt(column, text)
  return 'problem' in bytes ? bytes : decode(bytes, into)
}

async function bytesAt(column: FileColumn, text: string): Promise<Uint8Array | { readonly problem: string }> {
  const place = placeOf(column, text)
  return 'problem' in place ? place : bytesOf(place.path, MOST_BYTES)
}
