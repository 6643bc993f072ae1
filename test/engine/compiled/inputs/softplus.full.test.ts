/** Sums of log(1 + e^x) by SIMD against the same in float64, cut into chunks or whole. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { PURPOSE, uniforms } from '../../../../src/base/philox.js'
import { Crew } from '../../../../src/engine/compiled/crew/crew.js'
import { inputKernels, softplusBlocks } from '../../../../src/engine/compiled/inputs/kernels.js'

const MOST = 50_001
const SUMS = 64
const VALUES = 65_536
const memory = new WebAssembly.Memory({ initial: 5, maximum: 5, shared: true })

async function summing() {
  const crew = new Crew(memory)
  onTestFinished(() => crew.dispose())
  const kernels = await inputKernels(crew)
  return (x: Float32Array): number => {
    const values = new Float32Array(memory.buffer, VALUES, MOST + 4)
    // what lies behind the array has no effect
    values.fill(Number.NaN)
    values.set(x)
    crew.run([kernels.sumsOfSoftplus(SUMS, VALUES, x.length)])
    const blocks = new Float64Array(memory.buffer, SUMS, 2 * softplusBlocks(x.length))
    return blocks.reduce((sum, value, at) => sum + (at % 2 === 0 ? value : Math.log1p(value)), 0)
  }
}

const exact = (x: Float32Array): number =>
  x.reduce((sum, value) => sum + Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value))), 0)

const SIZES = [1, 3, 4, 5, 63, 64, 65, 959, 960, 961, 7680, 7681, 15_361, MOST]

describe('within 1e-6 of float64', () => {
  const uniform = uniforms({ seed: 1, purpose: PURPOSE.sample, stream: 0, step: 0 }, MOST)
  test.each<[string, (index: number) => number]>([
    ['of all sizes', (index) => 200 * (uniform[index]! - 0.5)],
    ['near 0', (index) => 2 * (uniform[index]! - 0.5)],
    ['below 0, whose e^x is small', (index) => -3 - 14 * uniform[index]!],
    ['far below 0', (index) => -30 - 50 * uniform[index]!],
    ['above 0', (index) => 1000 * uniform[index]!],
    ...[0, -0, -1e-3, -0.5, -1, -7.7, -16.5, -25, -60, -85, 0.1, 3, 17].map((value): [string, () => number] => [
      `all ${Object.is(value, -0) ? '-0' : value}`,
      () => value,
    ]),
  ])('%s', async (_, element) => {
    const sum = await summing()
    for (const size of SIZES) {
      const x = Float32Array.from({ length: size }, (_, index) => element(index))
      expect(Math.abs(sum(x) / exact(x) - 1), `${size} elements`).toBeLessThan(1e-6)
    }
  })
})

test.each([0, 63, 64, 99])('NaN and infinity at place %d reach the sum', async (place) => {
  const sum = await summing()
  const withOne = (value: number) => sum(new Float32Array(100).fill(-1).fill(value, place, place + 1))
  expect(withOne(Number.NaN)).toBeNaN()
  expect(withOne(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY)
  expect(withOne(Number.NEGATIVE_INFINITY)).toBeCloseTo(99 * Math.log1p(Math.exp(-1)), 5)
  expect(withOne(-100)).toBe(withOne(Number.NEGATIVE_INFINITY))
  expect(withOne(3e38)).toBeCloseTo(Math.fround(3e38), 5)
})

test('none is 0', async () => {
  const sum = await summing()
  expect(sum(new Float32Array(0))).toBe(0)
})
