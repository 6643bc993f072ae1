/**
 * The header of NumPy's file format for one array, versions 1 to 3 (numpy/lib/format.py): a Python dict with the type
 * of the elements, their order and the shape of the array.
 */
import { MAGIC } from '../../base/npy.js'
import { type Shape, sizeOf } from '../../base/shape.js'
import type { ByteReader } from './bytes.js'
import { type ElementType, elementType } from './element.js'
import { type Literal, parseLiteral } from './literal.js'

export interface NpyHeader {
  readonly shape: Shape
  /** True if the first index changes fastest. */
  readonly isFortran: boolean
  /** Number of bytes before the first element. */
  readonly begin: number
  /** Number of bytes of an element; it has several members if the type is structured. */
  readonly bytes: number
  readonly members: readonly Member[]
}

/** A part of an element: all of it, with no name, or a named member of a structured type. */
export interface Member {
  readonly name: string
  readonly type: ElementType
  readonly shape: Shape
  /** First byte within the element. */
  readonly at: number
}

type Problem = { readonly problem: string }

/** Longest header, in bytes: more than a type of 10,000 members needs. */
const MOST = 1 << 20
/** Characters of a header that a message shows. */
const MOST_SHOWN = 60

/** Reads the header, so that the next byte is the first element. Returns the end of a sentence if it cannot be read. */
export async function readNpyHeader(reader: ByteReader): Promise<NpyHeader | Problem> {
  const start = new Uint8Array(MAGIC.length + 2)
  const isShort = (await reader.fill(start)) < start.length
  if (isShort || latin1(start.subarray(0, MAGIC.length)) !== MAGIC) return { problem: 'is not a .npy file' }
  const version = start[MAGIC.length]!
  if (version < 1 || version > 3) return { problem: `has version ${version} of NumPy's format, must have 1, 2 or 3` }
  const size = Buffer.alloc(version === 1 ? 2 : 4)
  const isCut = (await reader.fill(size)) < size.length
  const length = size.readUIntLE(0, size.length)
  if (length > MOST) return { problem: `has a header of ${length} bytes, must have at most ${MOST}` }
  const text = new Uint8Array(length)
  if (isCut || (await reader.fill(text)) < length) return { problem: 'is cut off in its header' }
  const header = parseLiteral(version < 3 ? latin1(text) : Buffer.from(text).toString('utf8'))
  return headerOf(header, start.length + size.length + length)
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

function headerOf(header: Literal | undefined, begin: number): NpyHeader | Problem {
  if (!isDict(header)) return { problem: 'has a header that is no Python dict' }
  const { descr, fortran_order: isFortran, shape } = header
  if (descr === undefined || shape === undefined) return { problem: 'has a header without a type or a shape' }
  const layout = layoutOf(descr)
  if ('problem' in layout) return layout
  if (!isShape(shape) || !Number.isSafeInteger(sizeOf(shape) * layout.bytes)) {
    const found = JSON.stringify(shape).slice(0, MOST_SHOWN)
    return { problem: `has shape ${found}, must be whole numbers, and no more than can be stored` }
  }
  return { shape, isFortran: isFortran === true && shape.length > 1, begin, ...layout }
}

const isDict = (value: Literal | undefined): value is { readonly [key: string]: Literal } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isShape = (value: Literal): value is number[] =>
  Array.isArray(value) && value.every((dim) => typeof dim === 'number' && Number.isSafeInteger(dim) && dim >= 0)

/** A type is a name, or a list of members: `[('age', '<i4'), ('position', '<f4', (3,))]`. */
function layoutOf(descr: Literal): Pick<NpyHeader, 'bytes' | 'members'> | Problem {
  if (typeof descr === 'string') {
    const type = elementType(descr)
    if ('problem' in type) return type
    return { bytes: type.bytes, members: [{ name: '', type, shape: [], at: 0 }] }
  }
  if (!Array.isArray(descr)) return { problem: 'has a type that NumPy does not write' }
  const members: Member[] = []
  let bytes = 0
  for (const member of descr as readonly Literal[]) {
    const [title, inner, shape = []] = Array.isArray(member) ? (member as readonly Literal[]) : []
    const name = Array.isArray(title) ? (title as readonly Literal[])[1] : title
    if (typeof name !== 'string' || inner === undefined || !isShape(shape)) {
      return { problem: 'has a type that NumPy does not write' }
    }
    const padding = name === '' && typeof inner === 'string' && /^\|V(\d+)$/.exec(inner)
    if (padding) {
      bytes += Number(padding[1])
      continue
    }
    if (typeof inner !== 'string') return { problem: `has member ${JSON.stringify(name)}, which has members itself` }
    const type = elementType(inner)
    if ('problem' in type) return { problem: `has member ${JSON.stringify(name)}, which ${type.problem}` }
    if (members.some((other) => other.name === name)) {
      return { problem: `has two members of the name ${JSON.stringify(name)}` }
    }
    members.push({ name, type, shape, at: bytes })
    bytes += type.bytes * sizeOf(shape)
  }
  return members.length === 0 ? { problem: 'has a type without members' } : { bytes, members }
}
