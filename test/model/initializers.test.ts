/** Initial weights have Keras' distributions. */
import { describe, expect, test } from 'vitest'
import { PURPOSE, RandomStream } from '../../src/base/philox.js'
import { sizeOf } from '../../src/base/shape.js'
import { initializerOf } from '../../src/model/initializers.js'
import { type InitializerSpec, initializer } from '../../src/spec/initializers.js'
import { kerasFixture } from '../support/keras.js'

const { shape, quantile_levels, initializers } = kerasFixture('initializers')
const DRAWS = 60

const named = (type: InitializerSpec['type']) =>
  initializerOf(initializer(type, '').parse(undefined) as InitializerSpec)

const stream = (seed: number, number: number) =>
  new RandomStream({ seed, purpose: PURPOSE.initial, stream: number, step: 0 })

describe.each(initializers)('$name', ({ name, expected, measured }) => {
  const draws = Array.from({ length: DRAWS }, (_, draw) => named(name)(shape, stream(7, draw)))
  const values = Float64Array.from(draws.flatMap((draw) => [...draw])).sort()
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
  /** Five standard errors of a mean of this many draws. */
  const within = (5 * expected.std) / Math.sqrt(values.length)

  test('has the mean, the deviation and the limits of its formula', () => {
    expect(draws[0]!.length).toBe(sizeOf(shape))
    expect(Math.abs(mean - expected.mean)).toBeLessThanOrEqual(within)
    expect(Math.abs(deviation - expected.std)).toBeLessThanOrEqual(within)
    if (expected.limit === null) return
    const limit = Math.max(-values[0]!, values.at(-1)!)
    expect(limit).toBeLessThanOrEqual(expected.limit * (1 + 1e-6))
    expect(limit).toBeGreaterThanOrEqual(expected.limit * 0.99)
  })

  test('has the quantiles that Keras draws', () => {
    for (const [index, level] of quantile_levels.entries()) {
      const quantile = values[Math.round(level * (values.length - 1))]!
      expect(Math.abs(quantile - measured.quantiles[index]!), `quantile ${level}`).toBeLessThanOrEqual(
        0.02 * expected.std,
      )
    }
  })

  test('follows the seed and the stream', () => {
    const draw = (seed: number, number: number) => named(name)([6, 5], stream(seed, number))
    expect(draw(1, 0)).toEqual(draw(1, 0))
    if (expected.std === 0) return
    expect(draw(1, 0)).not.toEqual(draw(2, 0))
    expect(draw(1, 0)).not.toEqual(draw(1, 1))
  })
})

describe('with arguments, and of filters', () => {
  const { shape, draws, quantile_levels, cases, identity } = kerasFixture('weights').initializers

  test.each(cases)('$initializer', ({ initializer: given, mean, std, quantiles }) => {
    const made = initializerOf(initializer(given.type, '').parse(given))
    const values = Float64Array.from(
      Array.from({ length: draws }, (_, draw) => [...made(shape, stream(3, draw))]).flat(),
    ).sort()
    const found = values.reduce((sum, value) => sum + value, 0) / values.length
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - found) ** 2, 0) / values.length)
    expect(Math.abs(found - mean)).toBeLessThanOrEqual(0.02 * std)
    expect(Math.abs(deviation - std)).toBeLessThanOrEqual(0.01 * std)
    for (const [index, level] of quantile_levels.entries()) {
      const quantile = values[Math.round(level * (values.length - 1))]!
      expect(Math.abs(quantile - quantiles[index]!), `quantile ${level}`).toBeLessThanOrEqual(0.05 * std)
    }
  })

  test('identity is a matrix that need not be square', () => {
    expect([...initializerOf({ type: 'identity', gain: 2 })([2, 3], stream(1, 0))]).toEqual(identity)
  })

  test.each([
    { shape: [4, 6], long: 6 },
    { shape: [6, 4], long: 6 },
    { shape: [5, 5], long: 5 },
    { shape: [2, 3, 4, 5], long: 24 },
  ])('orthogonal: the shorter side of $shape is at right angles', ({ shape, long }) => {
    const columns = shape.at(-1)!
    const values = initializerOf({ type: 'orthogonal', gain: 3 })(shape, stream(1, 0))
    const rows = values.length / columns
    const short = Math.min(rows, columns)
    const at = (vector: number, i: number) =>
      rows < columns ? values[vector * columns + i]! : values[i * columns + vector]!
    for (let a = 0; a < short; a++) {
      for (let b = 0; b < short; b++) {
        const product = Array.from({ length: long }, (_, i) => at(a, i) * at(b, i)).reduce((sum, one) => sum + one)
        expect(product).toBeCloseTo(a === b ? 9 : 0, 5)
      }
    }
  })
})

test('a bias is its own inputs and outputs, and a kernel in front of others a receptive field, as in Keras', () => {
  const limit = (shape: number[]) => Math.max(...named('glorot_uniform')(shape, stream(1, 0)))
  expect(limit([2000])).toBeCloseTo(Math.sqrt(6 / 4000), 3)
  expect(limit([5, 5, 10, 20])).toBeCloseTo(Math.sqrt(6 / (25 * 30)), 3)
})
