/** Rows that are there more than once. */
import { describe, expect, test } from 'vitest'
import { numberField, type Values } from '../../../src/data/column.js'
import { repeatsIn, rowHashes, sharedWith } from '../../../src/run/look/repeats.js'
import { rowHash, textHash } from '../../../src/run/look/row-hash.js'

const TEXT = { values: 'text' } as const

/** Rows of a number and a text, with a label. */
const hashed = (...rows: readonly (readonly [number, string | null, string])[]) => {
  const hashes = rowHashes()
  const column = (at: number) => rows.map((row) => row[at]) as unknown as Values
  const inputs = [
    { column: numberField, values: column(0) },
    { column: TEXT, values: column(1) },
  ]
  for (let row = 0; row < rows.length; row++) {
    hashes.add(rowHash(inputs, row), rowHash([{ column: TEXT, values: column(2) }], row))
  }
  return hashes.sorted()
}

test('duplicates are equal to an earlier row in inputs and target', () => {
  const rows = hashed([1, 'a', 'yes'], [2, 'b', 'no'], [1, 'a', 'yes'], [1, 'a', 'yes'])
  expect(repeatsIn(rows)).toEqual({ duplicates: 2, contradictions: 0 })
})

test('contradictions have the same inputs and another target', () => {
  const rows = hashed([1, 'a', 'yes'], [1, 'a', 'no'], [1, 'a', 'no'], [2, 'a', 'no'])
  expect(repeatsIn(rows)).toEqual({ duplicates: 1, contradictions: 3 })
})

test('rows of another part are shared if their inputs are, whatever their target', () => {
  const train = hashed([1, 'a', 'yes'], [2, 'b', 'no'], [2, 'b', 'no'])
  expect(sharedWith(train, hashed([2, 'b', 'yes'], [2, 'b', 'no'], [3, 'a', 'no']))).toBe(2)
  expect(sharedWith(train, hashed())).toBe(0)
  expect(sharedWith(hashed(), train)).toBe(0)
})

describe('rows differ', () => {
  const alike = (a: readonly [number, string | null], b: readonly [number, string | null]) =>
    sharedWith(hashed([...a, '']), hashed([...b, ''])) === 1

  test.each([
    ['by a number', [1, 'a'], [1.5, 'a']],
    ['by its sign', [1, 'a'], [-1, 'a']],
    ['by the case of a text', [1, 'a'], [1, 'A']],
    ['by a gap and an empty text', [1, null], [1, '']],
    ['by a gap and a number', [Number.NaN, 'a'], [0, 'a']],
    ['by the length of a text', [1, 'a'], [1, 'aa']],
  ] as const)('%s', (_, a, b) => expect(alike(a, b)).toBe(false))

  test('but not by the sign of 0, nor by gaps', () => {
    expect(alike([0, null], [-0, null])).toBe(true)
    expect(alike([Number.NaN, 'a'], [Number.NaN, 'a'])).toBe(true)
  })
})

test('rows that differ in one bit or a few have different hashes', () => {
  const rows = rowHashes()
  const values = Float32Array.from({ length: 200_000 }, (_, row) => row)
  const halves = values.map((value) => value / 2 ** 20)
  for (const column of [values, halves]) {
    for (let row = 0; row < values.length; row++) {
      const hash = rowHash([{ column: numberField, values: column }], row)
      rows.add(hash, hash)
    }
  }
  // 0 is in both
  expect(repeatsIn(rows.sorted())).toEqual({ duplicates: 1, contradictions: 0 })
})

test('hashes of texts are whole numbers that a double holds', () => {
  const hashes = ['', 'a', 'b', 'aa', 'ä', '\u0000'].map(textHash)
  expect(new Set(hashes).size).toBe(hashes.length)
  for (const hash of hashes) expect(Number.isSafeInteger(hash)).toBe(true)
})
