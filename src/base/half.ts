/** Decodes floating-point numbers of 16 bits. */

/** Returns the numbers that patterns of 16 bits stand for: a sign, 5 bits of exponent, 10 of fraction (IEEE 754 binary16). */
export function halves(bits: Uint16Array): Float32Array {
  HALVES ??= Float32Array.from({ length: 2 ** 16 }, (_, half) => halfOf(half))
  const table = HALVES
  const values = new Float32Array(bits.length)
  for (let at = 0; at < values.length; at++) values[at] = table[bits[at]!]!
  return values
}

/** The value of each pattern of 16 bits. */
let HALVES: Float32Array | undefined

function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25))
}
