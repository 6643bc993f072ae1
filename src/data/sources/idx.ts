/** IDX files, the format of the original MNIST (http://yann.lecun.com/exdb/mnist): magic, dimensions, bytes. */
import { readFile } from 'node:fs/promises'
import { UserError } from '../../base/issue.js'
import { type Shape, sizeOf } from '../../base/shape.js'

const UNSIGNED_BYTE = 0x08

/**
 * Reads an IDX file of unsigned bytes. The data is a view of the file's buffer. Throws a UserError for any other file.
 */
export async function readIdx(path: string): Promise<{ shape: Shape; data: Uint8Array }> {
  const file = await readFile(path)
  const rank = file[3] ?? 0
  if (file.length < 4 + 4 * rank || file.readUInt16BE(0) !== 0 || file[2] !== UNSIGNED_BYTE) {
    throw new UserError(`${path} is not an IDX file of unsigned bytes`)
  }
  const shape = Array.from({ length: rank }, (_, axis) => file.readUInt32BE(4 + 4 * axis))
  const data = file.subarray(4 + 4 * rank)
  if (data.length !== sizeOf(shape)) {
    const fault = data.length < sizeOf(shape) ? 'cut short' : 'too long'
    throw new UserError(
      `${path} is ${fault}: it has ${data.length} bytes of data, but its header states ${sizeOf(shape)}`,
    )
  }
  return { shape, data }
}
