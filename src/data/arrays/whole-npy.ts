/** Reads a whole array of numbers (.npy) into memory. */
import { formatBytes } from '../../base/bytes.js'
import { UserError } from '../../base/issue.js'
import { sizeOf } from '../../base/shape.js'
import type { NumberArray } from '../number-array.js'
import { rowsAtOnce } from './block.js'
import { fileBytes, fillWhole } from './bytes.js'
import { floatsOf, type NumericArray } from './element.js'
import { npyHeaderOf, rowReader } from './npy.js'

/** Returns the numbers as float32. Throws a UserError for other elements, and for a file of more than `most` bytes. */
export async function readNpy(path: string, most: number): Promise<NumberArray> {
  const bytes = await fileBytes(path, path)
  if (bytes.size! > most) {
    throw new UserError(`${path}: has ${formatBytes(bytes.size!)}, must have at most ${formatBytes(most)}`)
  }
  const header = await npyHeaderOf(bytes)
  const { shape, members } = header
  const [{ name, type }] = members as [(typeof members)[0]]
  if (name !== '' || type.kind === 'text') {
    throw new UserError(`${path}: holds ${name === '' ? 'text' : 'records'}, must hold numbers`)
  }
  const values = new Float32Array(sizeOf(shape))
  const [, ...rest] = shape
  const width = sizeOf(rest)
  const step = rowsAtOnce(width * type.bytes) * width
  const reader = await rowReader(bytes, header)
  try {
    for (let at = 0; at < values.length; at += step) {
      const part = new Uint8Array(Math.min(step, values.length - at) * type.bytes)
      await fillWhole(part, reader, path)
      values.set(floatsOf(type.decode(part) as NumericArray), at)
    }
  } finally {
    await reader.close()
  }
  return { shape, values }
}
