/**
 * IDX files, the format of the original MNIST (http://yann.lecun.com/exdb/mnist): two zero bytes, the type, the number
 * of axes, their lengths in four bytes each, then the elements. All numbers have their highest byte first.
 */
import { UserError } from '../../base/issue.js'
import { type Shape, sizeOf } from '../../base/shape.js'
import { type Block, rowsAtOnce, rowsOf } from './block.js'
import { type Bytes, fileBytes, fillWhole, gzipBytes, startAfter } from './bytes.js'
import { type ElementType, elementType } from './element.js'
import { recordBlock } from './record-block.js'

const TYPES: Readonly<Record<number, string>> = {
  8: '|u1',
  9: '|i1',
  11: '>i2',
  12: '>i4',
  13: '>f4',
  14: '>f8',
}
const MAGIC_BYTES = 4

/** Opens a file, which gzip may have packed, as a column of this name. Throws a UserError if it cannot be read. */
export async function idxBlock(path: string, name: string, column: string): Promise<Block> {
  const bytes = await (/\.gz$/i.test(path) ? gzipBytes : fileBytes)(path, name)
  const { shape, type, begin } = await headerOf(bytes)
  const { rows, rest, rowBytes } = rowsOf(name, shape, type.bytes)
  return recordBlock({
    name,
    rows,
    rowBytes,
    members: [{ name: column, type, shape: rest, at: 0 }],
    rowsAtOnce: rowsAtOnce(rowBytes),
    start: () => startAfter(begin, bytes),
  })
}

/** Reads a file of unsigned bytes whole. Throws a UserError for any other file. */
export async function readIdx(path: string): Promise<{ readonly shape: Shape; readonly data: Uint8Array }> {
  const bytes = await fileBytes(path, path)
  const { shape, type, begin } = await headerOf(bytes)
  if (type.type !== 'u1') throw new UserError(`${path}: has elements of type ${type.type}, must be unsigned bytes`)
  const reader = await startAfter(begin, bytes)
  try {
    const data = new Uint8Array(sizeOf(shape))
    await fillWhole(data, reader, path)
    return { shape, data }
  } finally {
    await reader.close()
  }
}

interface Header {
  readonly shape: Shape
  readonly type: ElementType
  /** Number of bytes before the first element. */
  readonly begin: number
}

async function headerOf(bytes: Bytes): Promise<Header> {
  const { name, size } = bytes
  const reader = await bytes.start()
  try {
    const magic = Buffer.alloc(MAGIC_BYTES)
    const [isWhole, rank] = [(await reader.fill(magic)) === magic.length, magic[3]!]
    const type = elementType(TYPES[magic[2]!] ?? '')
    if (!isWhole || magic.readUInt16BE(0) !== 0 || 'problem' in type) throw new UserError(`${name}: is not an IDX file`)
    const lengths = Buffer.alloc(4 * rank)
    if ((await reader.fill(lengths)) < lengths.length) throw new UserError(`${name}: is cut off in its header`)
    const shape = Array.from({ length: rank }, (_, axis) => lengths.readUInt32BE(4 * axis))
    const begin = MAGIC_BYTES + lengths.length
    const stated = sizeOf(shape) * type.bytes
    if (size !== undefined && size - begin !== stated) {
      throw new UserError(`${name}: has ${size - begin} bytes of data, but its header states ${stated}`)
    }
    return { shape, type, begin }
  } finally {
    await reader.close()
  }
}
