/** The gate against a baseline: tolerance, direction, noise, and numbers that are none. */
import { describe, expect, test } from 'vitest'
import { RandomStream } from '../../src/base/philox.js'
import { deviationOf, meanOf } from '../../src/base/variance.js'
import { type BaselineMeasure, compare, type Rule } from '../../src/training/verdict.js'

const rule = (parts: Partial<Rule> = {}): Rule => ({
  key: 'val_acc',
  mode: 'max',
  tolerance: { value: 0, relative: false },
  confidence: 0.995,
  ...parts,
})
const single = (mean: number | null): BaselineMeasure => ({ mean, deviation: null, runs: 1 })
const within = (value: number, relative = false) => ({ tolerance: { value, relative } })

describe('a measure of a single run', () => {
  test.each<[string, Partial<Rule>, baseline: number | null, found: number | null | undefined, passed: boolean]>([
    ['better', {}, 0.95, 0.96, true],
    ['equal', {}, 0.95, 0.95, true],
    ['worse', {}, 0.95, 0.9499, false],
    ['worse, where smaller is better', { mode: 'min' }, 0.12, 0.1201, false],
    ['better, where smaller is better', { mode: 'min' }, 0.12, 0.1199, true],
    ['at the edge of the tolerance, but for rounding', within(0.003), 0.95, 0.947, true],
    ['just beyond the tolerance', within(0.003), 0.95, 0.94699999, false],
    ['at the edge of a relative tolerance', { mode: 'min', ...within(0.02, true) }, 0.5, 0.51, true],
    ['beyond a relative tolerance', { mode: 'min', ...within(0.02, true) }, 0.5, 0.5100001, false],
    ['at the edge of the relative tolerance of a negative number', within(0.1, true), -2, -2.2, true],
    ['NaN', within(1), 0.95, null, false],
    ['missing', within(1), 0.95, undefined, false],
    ['of a baseline with NaN', within(1), null, 0.95, false],
  ])('%s', (_, parts, baseline, found, passed) => {
    expect(compare(rule(parts), single(baseline), [found]).passed).toBe(passed)
  })

  test('that the baseline lacks fails', () => {
    expect(compare(rule(), undefined, [0.9])).toMatchObject({ baseline: null, found: 0.9, limit: null, passed: false })
  })

  test('all numbers of a comparison', () => {
    expect(compare(rule(within(0.125)), single(0.5), [0.25])).toEqual({
      ...{ key: 'val_acc', mode: 'max', baseline: 0.5, deviation: null, found: 0.25, change: -0.25 },
      ...{ tolerance: 0.125, noise: null, limit: 0.375, passed: false },
    })
  })
})

describe('several runs', () => {
  const five: BaselineMeasure = { mean: 0.95, deviation: 0.001, runs: 5 }

  test('their mean is compared, and one without a number fails all', () => {
    expect(compare(rule(), single(0.5), [0.25, 0.75])).toMatchObject({ found: 0.5, passed: true })
    expect(compare(rule(), single(0.5), [0.75, null, 0.75])).toMatchObject({ found: null, passed: false })
  })

  test('the noise is the prediction limit', () => {
    // 4.604095 is the quantile of 4 degrees of freedom
    expect(compare(rule(), five, [0.9]).noise).toBeCloseTo(4.604095 * 0.001 * Math.sqrt(1.2), 8)
    expect(compare(rule(), five, [0.9, 0.9]).noise).toBeCloseTo(4.604095 * 0.001 * Math.sqrt(0.7), 8)
  })

  test('the larger of noise and tolerance counts', () => {
    expect(compare(rule(within(0.001)), five, [0.9]).limit).toBeCloseTo(0.95 - 0.005043, 5)
    expect(compare(rule(within(0.02)), five, [0.9]).limit).toBeCloseTo(0.93, 12)
  })

  test('without any deviation there is no noise', () => {
    expect(compare(rule(), { mean: 1, deviation: 0, runs: 5 }, [0.9999])).toMatchObject({ noise: 0, passed: false })
  })
})

/** Share of runs that fail, each against a baseline of its own. The accuracy of a run has this mean and deviation. */
function failures(
  trials: number,
  { mean, deviation, runs, checked, seed }: Record<'mean' | 'deviation' | 'runs' | 'checked' | 'seed', number>,
): number {
  const stream = new RandomStream({ seed, purpose: 0, stream: 0, step: 0 })
  const draw = (count: number, center: number) =>
    // an accuracy on 10,000 samples
    Array.from({ length: count }, () => Math.round((center + deviation * stream.normal()) * 10_000) / 10_000)
  let failed = 0
  for (let trial = 0; trial < trials; trial++) {
    const before = draw(runs, 0.97)
    const measure = { mean: meanOf(before), deviation: deviationOf(before), runs }
    if (!compare(rule(), measure, draw(checked, mean)).passed) failed++
  }
  return failed / trials
}

describe('simulated reruns', () => {
  const unchanged = { mean: 0.97, deviation: 0.001, checked: 1, seed: 1 }
  const regressed = { ...unchanged, mean: 0.96 }

  test.each([5, 10])('of an unchanged program, against %i runs: fewer than 1 in 100 fail', (runs) => {
    expect(failures(200, { ...unchanged, runs })).toBeLessThan(0.01)
    expect(failures(20_000, { ...unchanged, runs })).toBeLessThan(0.01)
    expect(failures(20_000, { ...unchanged, runs })).toBeGreaterThan(0.001)
  })

  test.each([5, 10])('that lost a point of accuracy, against %i runs: 95 of 100 fail', (runs) => {
    expect(failures(200, { ...regressed, runs })).toBeGreaterThanOrEqual(0.95)
  })

  test('with twice the noise, three reruns show what one does not', () => {
    const noisy = { ...regressed, deviation: 0.002, runs: 10 }
    expect(failures(200, noisy)).toBeLessThan(0.95)
    expect(failures(200, { ...noisy, checked: 3 })).toBeGreaterThanOrEqual(0.95)
    expect(failures(20_000, { ...noisy, mean: 0.97, checked: 3 })).toBeLessThan(0.01)
  })
})
