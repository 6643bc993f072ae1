/** Reads the rows of arrays in NumPy's format (.npy). A row is an index of the first axis. */
import { UserError } from '../../base/issue.js'
import { formatShape, sizeOf } from '../../base/shape.js'
import { type Block, rowsAtOnce, rowsOf } from './block.js'
import { type ByteReader, type Bytes, startAfter } from './bytes.js'
import { columnMajorReader, MOST_TRANSPOSED } from './column-major.js'
import { type Member, type NpyHeader, readNpyHeader } from './npy-header.js'
import { recordBlock } from './record-block.js'

/**
 * Opens an array as a column of this name; with null, a matrix becomes a column for each of its columns, and any other
 * array is column `x`. Members of a structured type are columns. Throws a UserError if it cannot be read.
 */
export async function npyBlock(bytes: Bytes, column: string | null): Promise<Block> {
  const { name } = bytes
  const header = await npyHeaderOf(bytes)
  const { rows, rest, rowBytes } = rowsOf(name, header.shape, header.bytes)
  const pieces = piecesOf(header, rest, name, column)
  return recordBlock({
    name,
    rows,
    rowBytes,
    members: pieces,
    rowsAtOnce: rowsAtOnce(rowBytes, header.isFortran ? MOST_TRANSPOSED : undefined),
    start: () => rowReader(bytes, header),
  })
}

/** Most columns that a matrix may become. */
const MOST_COLUMNS = 100_000

function piecesOf(
  { members, bytes }: NpyHeader,
  rest: readonly number[],
  name: string,
  column: string | null,
): Member[] {
  const [member] = members as [Member]
  if (member.name !== '') {
    if (column !== null) {
      throw new UserError(
        `${name}: is an array of records, must be an array of one type; a .npy file of records that is the whole source has a column for each member`,
      )
    }
    if (rest.length > 0)
      throw new UserError(`${name}: is an array of records with ${rest.length + 1} axes, must have one`)
    return [...members]
  }
  if (column !== null || rest.length !== 1) return [{ ...member, name: column ?? 'x', shape: rest }]
  const [columns] = rest as [number]
  if (columns > MOST_COLUMNS) {
    throw new UserError(
      `${name}: has ${columns} columns, must have at most ${MOST_COLUMNS}; "source": {"x": ${JSON.stringify(name)}} makes it one column`,
    )
  }
  return Array.from({ length: columns }, (_, index) => ({ ...member, name: `column_${index + 1}`, at: index * bytes }))
}

/** Reads the header, and checks that there are as many bytes after it as it states. */
export async function npyHeaderOf(bytes: Bytes): Promise<NpyHeader> {
  const { name, size } = bytes
  const reader = await bytes.start()
  try {
    const header = await readNpyHeader(reader)
    if ('problem' in header) throw new UserError(`${name}: ${header.problem}`)
    const stated = sizeOf(header.shape) * header.bytes
    if (size !== undefined && size - header.begin !== stated) {
      throw new UserError(
        `${name}: has ${Math.max(0, size - header.begin)} bytes of data, must have ${stated}, because its shape is ${formatShape(header.shape)}`,
      )
    }
    return header
  } finally {
    await reader.close()
  }
}

/** Starts to read the bytes of rows in row-major order. */
export async function rowReader(
  bytes: Bytes,
  { begin, isFortran, shape, bytes: size }: NpyHeader,
): Promise<ByteReader> {
  if (!isFortran) return startAfter(begin, bytes)
  const reader = await bytes.start()
  try {
    return await columnMajorReader(reader, { begin, shape, size, name: bytes.name })
  } catch (error) {
    await reader.close()
    throw error
  }
}
