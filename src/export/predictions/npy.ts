/** Predictions as one NumPy array of float32: (rows, ...shape of the output); NaN in rows without an answer. */

import type { WholeFile } from '../../base/atomic-file.js'
import { UserError } from '../../base/issue.js'
import { npyHeader } from '../../base/npy.js'
import type { Shape } from '../../base/shape.js'
import { sizeOf } from '../../base/shape.js'
import type { PredictionRows, PredictionWriter } from './rows.js'

/** The number of rows is known at the end alone, so the header is written again. */
export async function npyWriter(file: WholeFile, shape: Shape): Promise<PredictionWriter> {
  const { rewrite } = file
  if (!rewrite) {
    await file.discard()
    throw new UserError(
      '--format npy: an array needs a file, because its header has the number of rows, not a device or a pipe',
    )
  }
  const width = sizeOf(shape)
  // digits of the largest number of rows: the length of the header stays
  const headerOf = (rows: number) => npyHeader([rows, ...shape])
  const { length } = headerOf(Number.MAX_SAFE_INTEGER)
  await file.append(padded(headerOf(0), length))
  let rows = 0
  return {
    async append({ count, whole, hasNone }: PredictionRows) {
      const values = whole!
      for (let row = 0; row < count; row++) if (hasNone(row)) values.fill(Number.NaN, row * width, (row + 1) * width)
      await file.append(new Uint8Array(values.buffer, values.byteOffset, 4 * count * width))
      rows += count
    },
    async finish() {
      await rewrite(padded(headerOf(rows), length))
      await file.finish()
    },
    discard: () => file.discard(),
  }
}

const LENGTH_AT = 8
const LENGTH_END = 10

/** Adds spaces before the line feed at the end of a header. */
function padded(header: Uint8Array, length: number): Uint8Array {
  const longer = Buffer.alloc(length, ' ')
  longer.set(header.subarray(0, header.length - 1))
  longer[length - 1] = '\n'.charCodeAt(0)
  longer.writeUInt16LE(length - LENGTH_END, LENGTH_AT)
  return longer
}
