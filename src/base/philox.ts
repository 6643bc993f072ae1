/**
 * Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 * A draw is a pure function of (seed, purpose, stream, step, element), so every engine sees the same one and a
 * resumed run continues exactly. The layout is that of TensorFlow's `StatelessRandomUniformV2`: four elements a block,
 * key = (seed, purpose), counter = (block, 0, stream, step), uniforms from the low 23 bits.
 */
import { countUp } from './count-up.js'

const M0 = 0xd2511f53
const M1 = 0xcd9e8d57
const W0 = 0x9e3779b9
const W1 = 0xbb67ae85

/** Purposes of draws. They separate the sequences of one seed. */
export const PURPOSE = {
  noise: 0,
  initial: 1,
  shuffle: 2,
  sample: 3,
  binarize: 4,
  split: 5,
  augment: 6,
  fit: 7,
  sweep: 8,
  kill: 9,
} as const

export interface PhiloxKey {
  readonly seed: number
  readonly purpose: number
  readonly stream: number
  readonly step: number
}

/** High 32 bits of the product of two unsigned 32-bit numbers. */
function mulHigh(a: number, b: number): number {
  const aLow = a & 0xffff
  const aHigh = a >>> 16
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  const low = aLow * bLow
  const middle = aHigh * bLow + (low >>> 16)
  const cross = aLow * bHigh + (middle % 0x10000)
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(cross / 0x10000)) >>> 0
}

/** One block of four unsigned 32-bit numbers, written to `out` at `at`. */
export function philox4x32(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
  out: Uint32Array,
  at = 0,
): void {
  let [x0, x1, x2, x3] = counter
  let [a, b] = key
  for (let round = 0; round < 10; round++) {
    const high0 = mulHigh(M0, x0)
    const low0 = Math.imul(M0, x0)
    const high1 = mulHigh(M1, x2)
    const low1 = Math.imul(M1, x2)
    x0 = (high1 ^ x1 ^ a) >>> 0
    x1 = low1 >>> 0
    x2 = (high0 ^ x3 ^ b) >>> 0
    x3 = low0 >>> 0
    a = (a + W0) >>> 0
    b = (b + W1) >>> 0
  }
  out[at] = x0
  out[at + 1] = x1
  out[at + 2] = x2
  out[at + 3] = x3
}

/** `count` unsigned 32-bit numbers of one key. */
export function philoxBits(key: PhiloxKey, count: number): Uint32Array {
  const out = new Uint32Array(Math.ceil(count / 4) * 4)
  for (let block = 0; block * 4 < count; block++) {
    philox4x32([block, 0, key.stream, key.step], [key.seed >>> 0, key.purpose], out, block * 4)
  }
  return out.subarray(0, count)
}

/** Uniform in [0, 1) on a grid of 2^-23, exactly representable in float32. */
export const uniformOf = (bits: number): number => (bits & 0x7fffff) * 2 ** -23

/** `count` uniform numbers. */
export const uniforms = (key: PhiloxKey, count: number): Float32Array =>
  Float32Array.from(philoxBits(key, count), uniformOf)

/**
 * `count` uniform numbers of 16 bits each, the low half of a word before the high one: the middles of 2^16 parts of
 * [0, 1), exact in float32. Each is below p with probability p, to within 2^-17.
 */
export function coarseUniforms(key: PhiloxKey, count: number): Float32Array {
  const halves = halvesOf(key, count)
  return Float32Array.from({ length: count }, (_, element) => (halves(element) + 0.5) * 2 ** -16)
}

/** The 16 bits of an element. */
function halvesOf(key: PhiloxKey, count: number): (element: number) => number {
  const words = philoxBits(key, Math.ceil(count / 2))
  return (element) => (words[element >> 1]! >>> (16 * (element & 1))) & 0xffff
}

/**
 * Inverted dropout draws 16 bits per element, the low half of a word before the high one. An element is dropped if they
 * are below `threshold`; else it is multiplied by `scale`.
 */
export function dropoutConstants(rate: number): { threshold: number; scale: number } {
  return { threshold: Math.min(0xffff, Math.round(rate * 0x10000)), scale: Math.fround(1 / (1 - rate)) }
}

/** A dropout mask: 0 with probability `rate`, to within 2^-17, else `1 / (1 - rate)`. */
export function dropoutMask(key: PhiloxKey, rate: number, count: number): Float32Array {
  const { threshold, scale } = dropoutConstants(rate)
  const halves = halvesOf(key, count)
  return Float32Array.from({ length: count }, (_, element) => (halves(element) >= threshold ? scale : 0))
}

/** A sequence of random numbers, for draws that are made once: initial weights and the order of samples. */
export class RandomStream {
  readonly #key: PhiloxKey
  readonly #block = new Uint32Array(4)
  #drawn = 0

  constructor(key: PhiloxKey) {
    this.#key = key
  }

  #next(): number {
    const lane = this.#drawn % 4
    if (lane === 0) {
      const { seed, purpose, stream, step } = this.#key
      philox4x32([Math.floor(this.#drawn / 4), 0, stream, step], [seed >>> 0, purpose], this.#block)
    }
    this.#drawn++
    return this.#block[lane]!
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return uniformOf(this.#next())
  }

  /** Standard normal: Box and Muller (1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    return radius * Math.cos(2 * Math.PI * this.uniform())
  }

  /** Standard normal, redrawn beyond two standard deviations. */
  truncatedNormal(): number {
    let value = this.normal()
    while (Math.abs(value) > 2) value = this.normal()
    return value
  }

  /** Whole number in [0, bound); bound below 2^32. */
  below(bound: number): number {
    return Math.floor((this.#next() * bound) / 2 ** 32)
  }
}

/** 0 ... count-1 in random order: Fisher and Yates. */
export function permutation(key: PhiloxKey, count: number): Uint32Array {
  const random = new RandomStream(key)
  const order = countUp(0, count)
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1)
    const swapped = order[i]!
    order[i] = order[j]!
    order[j] = swapped
  }
  return order
}
