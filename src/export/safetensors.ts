/**
 * Writes weights as safetensors: a header in JSON, then the numbers (https://huggingface.co/docs/safetensors). Equal
 * weights give equal bytes.
 */
import type { Named } from '../base/field.js'
import { type Shape, sizeOf } from '../base/shape.js'

const FLOAT_BYTES = 4
/** The numbers begin at a multiple of this. */
const ALIGNMENT = 8

export interface NamedWeight {
  readonly name: string
  readonly shape: Shape
  readonly values: Float32Array
}

/** Returns the bytes of the file. `metadata` are texts that a reader may ask for. */
export const safetensors = (weights: readonly NamedWeight[], metadata: Named<string>): Uint8Array =>
  Buffer.concat(safetensorsParts(weights, metadata))

/** The same in parts: all before the numbers, then the numbers of each weight. These are not copied. */
export function safetensorsParts(weights: readonly NamedWeight[], metadata: Named<string>): Uint8Array[] {
  let end = 0
  const entries = weights.map(({ name, shape }) => {
    const begin = end
    end += FLOAT_BYTES * sizeOf(shape)
    return [name, { dtype: 'F32', shape, data_offsets: [begin, end] }] as const
  })
  const json = Buffer.from(JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) }))
  const header = Buffer.alloc(Math.ceil(json.length / ALIGNMENT) * ALIGNMENT, ' ')
  json.copy(header)
  const length = Buffer.alloc(ALIGNMENT)
  length.writeBigUInt64LE(BigInt(header.length))
  const numbers = weights.map(
    ({ values: { buffer, byteOffset, byteLength } }) => new Uint8Array(buffer, byteOffset, byteLength),
  )
  return [Buffer.concat([length, header]), ...numbers]
}
