/** Writes safetensors files of float32. */
import type { Shape } from '../../src/base/shape.js'

export function safetensorsOf(
  weights: ReadonlyMap<string, { readonly shape: Shape; readonly values: Float32Array }>,
): Uint8Array {
  let end = 0
  const entries = Array.from(weights, ([name, { shape, values }]) => {
    const begin = end
    end += values.byteLength
    return [name, { dtype: 'F32', shape, data_offsets: [begin, end] }] as const
  })
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  return Buffer.concat([length, header, ...Array.from(weights.values(), ({ values }) => new Uint8Array(values.buffer))])
}
