/** Reads the rows of a dataset of an HDF5 file. */
import { UserError } from '../../base/issue.js'
import { sizeOf } from '../../base/shape.js'
import { type Block, rowsAtOnce, rowsOf } from './block.js'
import { MOST_DEFLATED } from './bytes.js'
import { type Elements, type ElementType, elementType, utf8Text } from './element.js'
import { ask, DAMAGED } from './hdf5-client.js'
import type { Hdf5Entry } from './hdf5-messages.js'

export interface Hdf5Place {
  /** The file. */
  readonly path: string
  /** Size of the file. */
  readonly bytes: number
  /** For messages. */
  readonly name: string
  readonly patienceMs: number
}

/** Opens the dataset of a name as a column. Throws a UserError if the name has none that can be one. */
export function hdf5Block(place: Hdf5Place, { path, dataset, otherFile }: Hdf5Entry, column: string): Block {
  const { name } = place
  if (otherFile !== undefined) {
    throw new UserError(`${name}: leads to another file, ${JSON.stringify(otherFile)}, which is not opened`)
  }
  if (dataset === undefined) throw new UserError(`${name}: is not a dataset, or is damaged`)
  const { metadata, filters } = dataset
  const problem = problemOf(metadata, filters)
  if (problem !== undefined) throw new UserError(`${name}: ${problem}`)
  const type = typeOf(metadata)
  if ('problem' in type) throw new UserError(`${name}: ${type.problem}`)
  const { rows, rest, rowBytes } = rowsOf(name, metadata.shape!.map(Number), metadata.size)
  // parts that were never written take no room, and a damaged shape would be read for years
  if (rows * rowBytes > MOST_DEFLATED * place.bytes) {
    throw new UserError(`${name}: states ${rows} rows, more than its file of ${place.bytes} bytes can hold`)
  }
  const width = sizeOf(rest)
  return {
    name,
    rows,
    columns: { [column]: { type: type.type, kind: type.kind, shape: rest } },
    rowsAtOnce: metadata.vlen ? MOST_VARIABLE : wholeChunks(rowsAtOnce(rowBytes), metadata.chunks, rowBytes),
    async start() {
      let from = 0
      return {
        left: () => rows - from,
        async next(count) {
          const read = { dataset: path, from, count, rest, bytes: count * rowBytes, isText: metadata.vlen }
          const result = await ask(place.path, { read }, name, place.patienceMs)
          const elements = metadata.vlen ? (result as Elements) : type.decode(result as Uint8Array)
          if (elements.length !== count * width) throw new UserError(`${name}: ${DAMAGED}`)
          const found = { file: name, from, columns: { [column]: elements } }
          from += count
          return found
        },
        close: async () => {},
      }
    },
  }
}

type Metadata = NonNullable<Hdf5Entry['dataset']>['metadata']

/** HDF5's numbers for its classes of types (H5T_class_t). */
const CLASS = { integer: 0, float: 1, string: 3, compound: 6, enumeration: 8 }
/** Filters that are part of HDF5: deflate, shuffle, Fletcher's checksum, n-bit, scale and offset. */
const FILTERS = [1, 2, 3, 5, 6]

function problemOf(metadata: Metadata, filters: NonNullable<Hdf5Entry['dataset']>['filters']): string | undefined {
  if (metadata.shape === null) return 'has no values'
  if (metadata.virtual_sources) return 'has its values in other files, which are not opened'
  if (metadata.type === CLASS.compound)
    return 'holds records or complex numbers; save each member as a dataset of its own'
  const odd = filters.find(({ id }) => !FILTERS.includes(id))
  return odd && `is packed by ${JSON.stringify(odd.name)}, which is not part of HDF5; save it with "gzip"`
}

/** Returns the type of the elements, or the end of a sentence that begins with the name of the dataset. */
export function typeOf(metadata: Metadata): ElementType | { readonly problem: string } {
  const { type, size, signed, enum_type: names } = metadata
  if (type === CLASS.string) return textType(metadata)
  if (type === CLASS.float) return elementType(`f${size}`)
  const isEnum = type === CLASS.enumeration && names?.type === CLASS.integer
  // h5py's way to store truth values
  if (isEnum && size === 1 && names.nmembers === 2 && names.members.FALSE === 0 && names.members.TRUE === 1) {
    return elementType('b1')
  }
  if (isEnum || type === CLASS.integer) return elementType(`${signed ? 'i' : 'u'}${size}`)
  return { problem: 'holds neither numbers nor text' }
}

const SPACES_AFTER = 2

/** Text of a fixed number of bytes, with zeros or spaces after it. */
function textType({ size, strpad }: Metadata): ElementType {
  const isPadded = strpad === SPACES_AFTER
  return {
    type: 'U',
    kind: 'text',
    bytes: size,
    decode: (bytes) =>
      Array.from({ length: bytes.length / size }, (_, index) => {
        const text = bytes.subarray(index * size, (index + 1) * size)
        const end = text.indexOf(0)
        const found = utf8Text(end < 0 ? text : text.subarray(0, end))
        return isPadded && found ? found.replace(/ +$/, '') || null : found
      }),
  }
}

/** Rows of text of any length that are read at once. */
const MOST_VARIABLE = 1024
/** Largest chunk that is read at once, in bytes. */
const MOST_CHUNK = 1 << 26

/** A multiple of the rows of a chunk, because the library unpacks a large chunk again for each part that is read. */
function wholeChunks(rows: number, chunks: readonly number[] | null, rowBytes: number): number {
  const chunk = Number(chunks?.[0] ?? 1)
  return chunk * rowBytes > MOST_CHUNK ? rows : Math.max(1, Math.floor(rows / chunk)) * chunk
}
