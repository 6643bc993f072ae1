/** Comparison of arrays of numbers that were computed by different routes. */
import { expect } from 'vitest'

type Numbers = ArrayLike<number>

/** Like NumPy's `allclose`: an error may be as large as `absolute + relative * |expected|`. */
export interface Tolerance {
  readonly relative: number
  readonly absolute?: number
}

/** Every element is within the tolerance; the message names the worst one. */
export function expectClose(
  actual: Numbers,
  expected: Numbers,
  what: string,
  { relative, absolute = 0 }: Tolerance,
): void {
  expect(actual.length, `length of ${what}`).toBe(expected.length)
  let worst = { index: 0, excess: 0 }
  for (let index = 0; index < expected.length; index++) {
    const a = actual[index]!
    const b = expected[index]!
    if (Object.is(a, b) || a === b) continue
    const excess = Math.abs(a - b) / (absolute + relative * Math.abs(b))
    if (!(excess <= worst.excess)) worst = { index, excess: Number.isNaN(excess) ? Number.POSITIVE_INFINITY : excess }
  }
  const { index, excess } = worst
  const found = `${what}[${index}] is ${actual[index]}, expected ${expected[index]}; its error as a share of the allowed`
  expect(excess, found).toBeLessThanOrEqual(1)
}

/** Largest absolute value, for tolerances that follow the size of an array. */
export const largestMagnitude = (values: Numbers): number =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0)

/** The same bits, element by element: tells 0 from -0 and one NaN from another. */
export function expectSameBits(actual: Float32Array, expected: Float32Array, what = ''): void {
  const bits = ({ buffer, byteOffset, length }: Float32Array) => new Uint32Array(buffer, byteOffset, length)
  expect(Array.from(bits(actual)), what).toEqual(Array.from(bits(expected)))
}

export function expectSameState(
  actual: Readonly<Record<string, Float32Array>>,
  expected: Readonly<Record<string, Float32Array>>,
): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected))
  for (const [name, values] of Object.entries(expected)) expectSameBits(actual[name]!, values, name)
}
