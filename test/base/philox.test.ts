/** Random numbers: the published answers of Philox4x32-10, and the numbers made from them. */
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Distribution } from '../../src/base/noise.js'
import {
  coarseUniforms,
  dropoutConstants,
  dropoutMask,
  type PhiloxKey,
  PURPOSE,
  permutation,
  philox4x32,
  philoxBits,
  RandomStream,
  uniforms,
} from '../../src/base/philox.js'
import { Crew } from '../../src/engine/compiled/crew/crew.js'
import { inputKernels } from '../../src/engine/compiled/inputs/kernels.js'
import { expectSameBits } from '../support/close.js'

const words = (hex: string) => hex.split(' ').map((word) => Number.parseInt(word, 16))
const key = { seed: 7, purpose: PURPOSE.sample, stream: 0, step: 0 }
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length

/** Random123 (DEShawResearch/random123), tests/kat_vectors: counter, key, answer. */
test.each([
  ['00000000 00000000 00000000 00000000', '00000000 00000000', '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
  ['ffffffff ffffffff ffffffff ffffffff', 'ffffffff ffffffff', '408f276d 41c83b0e a20bc7c6 6d5451fd'],
  ['243f6a88 85a308d3 13198a2e 03707344', 'a4093822 299f31d0', 'd16cfe09 94fdcceb 5001e420 24126ea1'],
])('the published answer for counter %s', (counter, given, answer) => {
  const out = new Uint32Array(6).fill(1)
  philox4x32(words(counter) as [number, number, number, number], words(given) as [number, number], out, 1)
  expect([...out]).toEqual([1, ...words(answer), 1])
})

test('a sequence of bits is the blocks of its key one after another, cut anywhere', () => {
  const whole = philoxBits({ seed: 2 ** 32 - 1, purpose: 3, stream: 5, step: 9 }, 11)
  const block = new Uint32Array(12)
  for (const index of [0, 1, 2]) philox4x32([index, 0, 5, 9], [2 ** 32 - 1, 3], block, index * 4)
  expect([...whole]).toEqual([...block.subarray(0, 11)])
})

test('every part of the key changes the numbers', () => {
  const first = philoxBits(key, 8)
  for (const other of [{ seed: 8 }, { purpose: PURPOSE.noise }, { stream: 1 }, { step: 1 }]) {
    expect(philoxBits({ ...key, ...other }, 8)).not.toEqual(first)
  }
})

/** Output of the WebAssembly kernel, from element 16 of this memory on. */
const memory = new WebAssembly.Memory({ initial: 8, maximum: 8, shared: true })
async function noiseTo(count: number, drawn: PhiloxKey, distribution: Distribution): Promise<Float32Array> {
  const crew = new Crew(memory)
  onTestFinished(() => crew.dispose())
  crew.run([(await inputKernels(crew)).noise(64, count, drawn, distribution)])
  return new Float32Array(memory.buffer, 64, count)
}

/** The kernel writes no further than the padding of arrays: 32 elements. */
const expectPadded = (all: Float32Array) => {
  expect([...all.subarray(0, 16)]).toEqual(Array(16).fill(-1))
  expect([...all.subarray(16 + 32)]).toEqual(Array(16).fill(-1))
}

const KEYS = [
  { seed: 1, stream: 0, step: 0 },
  { seed: 2 ** 32 - 1, stream: 3, step: 2 ** 31 },
  { seed: 0x80000000, stream: 2 ** 20, step: 7 },
].map((part) => ({ ...part, purpose: PURPOSE.noise }))
const COUNTS = [1, 3, 4, 5, 15, 16, 17, 64, 100, 1023, 100_001]

describe('dropout', () => {
  test.each([0.1, 0.2, 0.5, 0.9])('drops a share of %s and keeps the mean', (rate) => {
    const mask = dropoutMask(key, rate, 40_000)
    const scale = Math.fround(1 / (1 - rate))
    expect(new Set(mask)).toEqual(new Set([0, scale]))
    const dropped = mask.filter((value) => value === 0).length / mask.length
    expect(Math.abs(dropped - rate)).toBeLessThan((5 * Math.sqrt(rate * (1 - rate))) / Math.sqrt(mask.length))
  })

  test('compares halves of words, the low one first', () => {
    const halves = Array.from(philoxBits(key, 6)).flatMap((word) => [word & 0xffff, word >>> 16])
    const { threshold, scale } = dropoutConstants(0.3)
    const expected = Float32Array.from(halves.slice(0, 11), (half) => (half < threshold ? 0 : scale))
    expect(dropoutMask(key, 0.3, 11)).toEqual(expected)
  })

  test('sixteen bits are as near to the rate as they can be', () => {
    for (const rate of [0, 1e-7, 0.2, 0.25, 1 / 3, 0.5, 0.999]) {
      expect(Math.abs(dropoutConstants(rate).threshold / 2 ** 16 - rate)).toBeLessThanOrEqual(2 ** -17)
    }
    expect(dropoutConstants(1 - 1e-9).threshold).toBe(0xffff)
  })

  test.each([0.05, 0.2, 1 / 3, 0.5, 0.95])('the WebAssembly kernel makes the same mask at rate %s', async (rate) => {
    for (const count of COUNTS) {
      for (const drawn of KEYS) {
        expectSameBits(await noiseTo(count, drawn, { type: 'dropout', rate }), dropoutMask(drawn, rate, count))
      }
    }
  })

  test('the kernel writes no further than its arrays are padded: 32 elements', async () => {
    const all = new Float32Array(memory.buffer, 0, 64).fill(-1)
    await noiseTo(17, key, { type: 'dropout', rate: 0 })
    expectPadded(all)
  })
})

describe('uniform numbers', () => {
  test('are the low 23 bits of each word', () => {
    expect(uniforms(key, 5)).toEqual(Float32Array.from(philoxBits(key, 5), (bits) => (bits % 2 ** 23) / 2 ** 23))
    const many = uniforms(key, 40_000)
    expect(Math.min(...many)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...many)).toBeLessThan(1)
    expect(Math.abs(mean(many) - 0.5)).toBeLessThan(5 / Math.sqrt(12 * many.length))
  })

  test('the WebAssembly kernel makes the same', async () => {
    for (const count of COUNTS) {
      for (const drawn of KEYS) {
        expectSameBits(await noiseTo(count, drawn, { type: 'uniform' }), uniforms(drawn, count))
      }
    }
    const all = new Float32Array(memory.buffer, 0, 64).fill(-1)
    await noiseTo(17, key, { type: 'uniform' })
    expectPadded(all)
  })
})

describe('coarse uniform numbers', () => {
  test('are the middles of 2^16 parts, by halves of words, the low one first', () => {
    const halves = Array.from(philoxBits(key, 6)).flatMap((word) => [word & 0xffff, word >>> 16])
    expect(coarseUniforms(key, 11)).toEqual(Float32Array.from(halves.slice(0, 11), (half) => half / 65536 + 2 ** -17))
  })

  test('lie below a probability as often as it says, to within 2^-17', () => {
    const parts = Float32Array.from({ length: 2 ** 16 }, (_, half) => (half + 0.5) * 2 ** -16)
    for (const p of [0, 1e-6, 2 ** -16, 0.1, 1 / 3, 0.5, 0.7, 1 - 1e-6, 1]) {
      const below = parts.filter((value) => value < p).length / parts.length
      expect(Math.abs(below - p)).toBeLessThanOrEqual(2 ** -17)
    }
    const many = coarseUniforms(key, 40_000)
    expect(Math.abs(mean(many) - 0.5)).toBeLessThan(5 / Math.sqrt(12 * many.length))
  })

  test('the WebAssembly kernel makes the same', async () => {
    for (const count of COUNTS) {
      for (const drawn of KEYS) {
        expectSameBits(await noiseTo(count, drawn, { type: 'coarse_uniform' }), coarseUniforms(drawn, count))
      }
    }
    const all = new Float32Array(memory.buffer, 0, 64).fill(-1)
    await noiseTo(17, key, { type: 'coarse_uniform' })
    expectPadded(all)
  })
})

describe('a random stream', () => {
  const draw = (count: number, next: (random: RandomStream) => number) => {
    const random = new RandomStream(key)
    return Float64Array.from({ length: count }, () => next(random))
  }

  test('gives uniform numbers below 1', () => {
    const values = draw(20_000, (random) => random.uniform())
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...values)).toBeLessThan(1)
    expect(mean(values)).toBeCloseTo(0.5, 2)
    expect(mean(values.map((value) => value ** 2))).toBeCloseTo(1 / 3, 2)
    expect(values.every((value) => value === Math.fround(value))).toBe(true)
  })

  test('gives normal numbers', () => {
    const values = draw(40_000, (random) => random.normal())
    const moments = [1, 2, 3, 4].map((power) => mean(values.map((value) => value ** power)))
    for (const [index, expected] of [0, 1, 0, 3].entries())
      expect(Math.abs(moments[index]! - expected)).toBeLessThan(0.1)
  })

  test('gives normal numbers cut at two deviations', () => {
    const values = draw(40_000, (random) => random.truncatedNormal())
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(2)
    expect(mean(values)).toBeCloseTo(0, 1)
    expect(Math.sqrt(mean(values.map((value) => value ** 2)))).toBeCloseTo(0.8796, 1)
  })

  test('gives whole numbers below a bound, each as often', () => {
    const values = draw(30_000, (random) => random.below(3))
    const counts = [0, 1, 2].map((whole) => values.filter((value) => value === whole).length)
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500)
    expect(draw(5, (random) => random.below(1))).toEqual(new Float64Array(5))
  })
})

describe('a permutation', () => {
  test.each([0, 1, 2, 3, 1000])('of %s holds every index once', (count) => {
    const order = permutation(key, count)
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index))
  })

  test('is the same for the same key and another for another', () => {
    expect(permutation(key, 100)).toEqual(permutation(key, 100))
    expect(permutation({ ...key, step: 1 }, 100)).not.toEqual(permutation(key, 100))
  })

  test('puts every index at every place equally often', () => {
    const counts = new Map<string, number>()
    for (let step = 0; step < 6000; step++) {
      const order = permutation({ ...key, step }, 3).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(counts.size).toBe(6)
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150)
  })
})
