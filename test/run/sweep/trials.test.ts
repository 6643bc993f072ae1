/** The points of a grid in turn, and draws that depend on seed, trial and path alone. */
import { describe, expect, test } from 'vitest'
import { trialsOf } from '../../../src/run/sweep/trials.js'
import type { SweepSpec } from '../../../src/spec/sweep.js'

const sweep = (given: Partial<SweepSpec>) => ({ grid: {}, random: {}, runs: null, seed: 0, ...given })
const valuesOf = (given: Partial<SweepSpec>) => trialsOf(sweep(given)).map(({ values }) => values)

describe('a grid', () => {
  const grid = { a: [1, 2], 'b.c': ['x', null, [3]] }

  test('has a trial for each combination, and the last field changes first', () => {
    expect(trialsOf(sweep({ grid })).map(({ number, values }) => [number, values.a, values['b.c']])).toEqual([
      [1, 1, 'x'],
      [2, 1, null],
      [3, 1, [3]],
      [4, 2, 'x'],
      [5, 2, null],
      [6, 2, [3]],
    ])
  })

  test('begins again after its last point, with new draws', () => {
    const all = valuesOf({ grid: { a: [1, 2] }, random: { b: 'uniform:0..1' }, runs: 5 })
    expect(all.map(({ a }) => a)).toEqual([1, 2, 1, 2, 1])
    expect(new Set(all.map(({ b }) => b)).size).toBe(5)
  })

  test('may be larger than the number of trials', () => {
    expect(valuesOf({ grid, runs: 2 })).toHaveLength(2)
  })
})

describe('draws', () => {
  const random = { rate: 'log:1e-4..1e-2', units: 'int:1..3' }

  test('of a trial are the same whatever the number of trials, and beside which other fields', () => {
    const few = valuesOf({ random, runs: 3 })
    expect(valuesOf({ random, runs: 100 }).slice(0, 3)).toEqual(few)
    expect(valuesOf({ random: { more: 'int:1..9', rate: random.rate }, runs: 3 }).map(({ rate }) => rate)).toEqual(
      few.map(({ rate }) => rate),
    )
  })

  test('are others with another seed', () => {
    expect(valuesOf({ random, seed: 1 })).not.toEqual(valuesOf({ random }))
  })

  test('are 10 without a number, or as many as the grid has points', () => {
    expect(valuesOf({ random })).toHaveLength(10)
    expect(valuesOf({ random, grid: { a: [1, 2] } })).toHaveLength(10)
    expect(valuesOf({ random, grid: { a: Array.from({ length: 12 }, (_, index) => index) } })).toHaveLength(12)
  })

  const drawn = (range: string | readonly unknown[]) =>
    valuesOf({ random: { x: range }, runs: 1000 }).map(({ x }) => x as number)

  test('of a range lie in it, and are spread as it says', () => {
    const uniform = drawn('uniform:-1..3')
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(-1)
    expect(Math.max(...uniform)).toBeLessThanOrEqual(3)
    expect(uniform.filter((x) => x < 0).length / 1000).toBeCloseTo(0.25, 1)
    const log = drawn('log:1e-4..1e-2')
    expect(Math.min(...log)).toBeGreaterThanOrEqual(1e-4)
    expect(Math.max(...log)).toBeLessThanOrEqual(1e-2)
    expect(log.filter((x) => x < 1e-3).length / 1000).toBeCloseTo(0.5, 1)
  })

  test('of whole numbers have both limits', () => {
    for (const range of ['int:-1..2', 'int-log:1..4']) {
      const all = drawn(range)
      const [least, most] = range.includes('log') ? [1, 4] : [-1, 2]
      expect(new Set(all).size).toBe(most - least + 1)
      expect([Math.min(...all), Math.max(...all)]).toEqual([least, most])
    }
    const log = drawn('int-log:1..1000')
    expect(log.filter((x) => x < 32).length / 1000).toBeCloseTo(0.5, 1)
  })

  test('have four digits that matter', () => {
    for (const x of drawn('log:1e-4..1e-2')) expect(Number(x.toPrecision(4))).toBe(x)
    for (const x of drawn('uniform:0..0.5')) expect(String(x).length).toBeLessThanOrEqual('0.1234'.length)
    for (const x of drawn('uniform:1000..1001')) expect(String(x).length).toBeLessThanOrEqual('1000.123'.length)
    expect(new Set(drawn('uniform:1000..1001')).size).toBeGreaterThan(500)
  })

  test('of a list are its values, each equally likely', () => {
    const all = drawn(['a', 'b', 'c', 'd'])
    for (const value of ['a', 'b', 'c', 'd']) {
      expect(all.filter((one) => (one as unknown) === value).length / 1000).toBeCloseTo(0.25, 1)
    }
  })
})
