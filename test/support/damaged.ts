/** Damaged files, drawn by fast-check: as a disk, a transfer or an attacker could make them. */
import fc from 'fast-check'
import { expect } from 'vitest'
import { UserError } from '../../src/base/issue.js'

/** The same every time; a failure shows the bytes at fault. */
const SEED = 20_261_129
const RUNS = 200

/** The number of damaged copies that a test makes: the first ones, and all of them with DAMAGED=all. */
export const someCopies = (all: number, some: number): number => (process.env.DAMAGED === 'all' ? all : some)

/** Bytes that are numbers near an edge where they stand for sizes. */
const EDGES = [
  [0, 0, 0, 0],
  [0xff, 0xff, 0xff, 0xff],
  [0x7f, 0xff, 0xff, 0xff],
  [0x80, 0, 0, 0],
  [0, 0, 0, 1],
  [1, 0, 0, 0],
] as const
const WORDS = [
  '-1',
  '1e308',
  '99999999999999999999',
  'NaN',
  '../',
  '\u0000',
  '[[',
  '"',
  '0,',
  '{}',
  'null',
  '\u{1F600}',
]

type Damage = (bytes: Uint8Array) => Uint8Array

const damage: fc.Arbitrary<Damage> = fc
  .record({
    kind: fc.constantFrom('cut', 'remove', 'repeat', 'byte', 'byte', 'edge', 'edge', 'word', 'word', 'zeros'),
    at: fc.nat(),
    length: fc.nat({ max: 40 }),
    byte: fc.nat({ max: 255 }),
    edge: fc.constantFrom(...EDGES),
    word: fc.constantFrom(...WORDS),
  })
  .map(({ kind, at, length, byte, edge, word }) => (bytes: Uint8Array) => {
    const place = at % (bytes.length + 1)
    const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)]
    const over = (found: ArrayLike<number>) => join(before, Uint8Array.from(found), after.subarray(found.length))
    switch (kind) {
      case 'cut':
        return before
      case 'remove':
        return join(before, after.subarray(length))
      case 'repeat':
        return join(before, after.subarray(0, length), after)
      case 'byte':
        return over([byte])
      case 'edge':
        return over(edge)
      case 'word':
        return length % 2 === 0 ? over(Buffer.from(word)) : join(before, Buffer.from(word), after)
      default:
        return join(before, new Uint8Array(length), after)
    }
  })

const join = (...parts: Uint8Array[]): Uint8Array => Buffer.concat(parts)

/** Does something with damaged copies. */
export const forDamaged = (
  whole: Uint8Array,
  check: (bytes: Uint8Array) => Promise<void>,
  numRuns = RUNS,
): Promise<void> =>
  fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), (damages) =>
      check(damages.reduce((bytes, one) => one(bytes), whole)),
    ),
    { seed: SEED, numRuns },
  )

/** A result, or an error for the user that begins with `place` and leaves no trace of a fault of ours. */
export async function expectResultOrSentence<Result>(
  reading: Promise<Result>,
  place: string,
  check: (result: Result) => void,
): Promise<void> {
  let error: unknown
  try {
    check(await reading)
    return
  } catch (thrown) {
    error = thrown
  }
  if (!(error instanceof UserError)) throw error
  const { message } = error
  expect(message.startsWith(place), message).toBe(true)
  expect(message).not.toMatch(/undefined|\[object|\n|:$/)
  expect(message.length).toBeLessThan(place.length + 300)
}
