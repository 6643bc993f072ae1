import { expect, test } from 'vitest'
import {
  type Parts,
  placeOf,
  splitBy,
  splitGroups,
  splitHashed,
  splitLast,
  splitShuffled,
} from '../../../src/data/own/split-rows.js'

const lists = ({ train, validation, test }: Parts) => ({
  train: [...train],
  validation: [...validation],
  test: [...test],
})

/** Every row is in exactly one part, and each part is sorted. */
function expectDivided(parts: Parts, count: number): void {
  const all = [...parts.train, ...parts.validation, ...parts.test]
  expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, row) => row))
  for (const part of Object.values(lists(parts))) expect(part).toEqual(part.toSorted((a, b) => a - b))
}

const shares = { validation: 0.25, test: 0.2 }

test('the last rows are for the test, those before them for validation', () => {
  expect(lists(splitLast(10, shares))).toEqual({ train: [0, 1, 2, 3, 4, 5], validation: [6, 7], test: [8, 9] })
})

test('without shares all rows are for training', () => {
  const all = { train: [0, 1, 2], validation: [], test: [] }
  expect(lists(splitLast(3, { validation: 0, test: 0 }))).toEqual(all)
  expect(lists(splitShuffled(3, { validation: 0, test: 0 }, null, 1))).toEqual(all)
})

test('rows are drawn by the seed', () => {
  const parts = splitShuffled(1000, shares, null, 1)
  expectDivided(parts, 1000)
  expect(parts.test).toHaveLength(200)
  expect(parts.validation).toHaveLength(200)
  expect(lists(splitShuffled(1000, shares, null, 1))).toEqual(lists(parts))
  expect(lists(splitShuffled(1000, shares, null, 2))).not.toEqual(lists(parts))
  // not the last ones
  expect(parts.test.filter((row) => row < 500).length).toBeGreaterThan(70)
})

test('rows are drawn in the proportions of the classes', () => {
  // classes of 700, 250, 48 and 2 rows, sorted as files often are
  const classes = Int32Array.from({ length: 1000 }, (_, row) => (row < 700 ? 0 : row < 950 ? 1 : row < 998 ? 2 : 3))
  const parts = splitShuffled(1000, { validation: 0.2, test: 0 }, classes, 5)
  expectDivided(parts, 1000)
  const counts = [0, 1, 2, 3].map((label) => parts.validation.filter((row) => classes[row] === label).length)
  expect(counts[0]).toBeGreaterThanOrEqual(139)
  expect(counts[1]).toBeGreaterThanOrEqual(49)
  expect(counts[3]).toBe(1)
  expect(parts.validation).toHaveLength(200)
})

test('each class has a row in each part if it has enough rows', () => {
  for (let seed = 0; seed < 50; seed++) {
    const classes = Int32Array.from({ length: 40 }, (_, row) => (row < 3 ? 1 : row < 7 ? 2 : 0))
    const parts = splitShuffled(40, { validation: 0.1, test: 0.1 }, classes, seed)
    expectDivided(parts, 40)
    for (const rows of Object.values(lists(parts))) {
      expect(new Set(rows.map((row) => classes[row]))).toEqual(new Set([0, 1, 2]))
    }
  }
})

test('parts have their sizes however the classes are distributed', () => {
  for (let seed = 0; seed < 200; seed++) {
    const count = 5 + (seed % 37)
    const classes = Int32Array.from({ length: count }, (_, row) => (row * row + seed) % (1 + (seed % 11)))
    const given = { validation: (seed % 9) / 10, test: (seed % 7) / 10 }
    const parts = splitShuffled(count, given, classes, seed)
    expectDivided(parts, count)
    const last = splitLast(count, given)
    expect([parts.train.length, parts.validation.length]).toEqual([last.train.length, last.validation.length])
  }
})

test('rows of one group are in one part, and parts have about their shares', () => {
  const groups = Uint32Array.from({ length: 300 }, (_, row) => Math.floor(row / 3))
  const parts = splitGroups(groups, shares, 3)
  expectDivided(parts, 300)
  const groupsOf = (rows: Uint32Array) => new Set(Array.from(rows, (row) => groups[row]))
  for (const one of groupsOf(parts.test)) expect(groupsOf(parts.train).has(one)).toBe(false)
  for (const one of groupsOf(parts.validation)) expect(groupsOf(parts.train).has(one)).toBe(false)
  expect(parts.test).toHaveLength(60)
  expect(parts.validation).toHaveLength(60)
})

test('a hash puts equal values into one part, also when rows are added', () => {
  const ids = Float64Array.from({ length: 5000 }, (_, row) => placeOf(`id-${row % 2500}`))
  const parts = splitHashed(ids, shares)
  expectDivided(parts, 5000)
  expect(parts.test.length / 5000).toBeCloseTo(0.2, 1)
  expect(parts.validation.length / 5000).toBeCloseTo(0.2, 1)
  const before = splitHashed(ids.slice(0, 2500), shares)
  expect([...before.test]).toEqual([...parts.test].filter((row) => row < 2500))
})

test('rows are sorted by a column: the latest are for the test', () => {
  expect(lists(splitBy(Float64Array.of(5, 1, 4, 2, 3), { validation: 0.25, test: 0.2 }))).toEqual({
    train: [1, 3, 4],
    validation: [2],
    test: [0],
  })
})
