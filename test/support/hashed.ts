/** Numbers computed from a name and an index, as in test/fixtures/keras/hashed.py. */

/** Whole numbers, the same for the same name, of 32 bits. */
export function hashes(name: string, count: number): Uint32Array {
  const key = new TextEncoder().encode(name).reduce((key, byte) => Math.imul(key ^ byte, 0x01000193), 0x811c9dc5)
  return Uint32Array.from({ length: count }, (_, index) => {
    let h = Math.imul(index, 0x9e3779b9) + key
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
    return h ^ (h >>> 16)
  })
}

/** From -1 to 1. */
export const evenly = (name: string, count: number): Float64Array =>
  Float64Array.from(hashes(name, count), (hash) => hash / 2 ** 31 - 1)
