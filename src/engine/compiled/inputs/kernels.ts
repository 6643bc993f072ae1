/** The SIMD kernels of `assembly/kernels.ts` as tasks of a crew. Addresses are in bytes, counts in elements. */
import { readFile } from 'node:fs/promises'
import type { Distribution } from '../../../base/noise.js'
import { dropoutConstants, type PhiloxKey } from '../../../base/philox.js'
import type { Task } from '../crew/chunks.js'
import type { Crew } from '../crew/crew.js'

/** Elements per chunk: a few microseconds of work, and a whole number of blocks of random numbers. */
const CHUNK = 8192
const CHUNK_BYTES = CHUNK * Float32Array.BYTES_PER_ELEMENT
/** Elements made of one block of Philox: numbers of 16 bits (masks, coarse uniforms), or of 32 bits. */
const HALVES_BLOCK = 8
const WORDS_BLOCK = 4

export interface InputKernels {
  /** f32 out = bytes / divisor. */
  decodeBytes(out: number, source: number, count: number, divisor: number): Task
  /** f32 values = values / divisor. */
  divide(values: number, count: number, divisor: number): Task
  /** Sets subnormal f32 values to 0. */
  flushSubnormal(values: number, count: number): Task
  /** For each block of x (see `softplusBlocks`) two f64 a and p: its sum of log(1 + e^x) is a + log(1 + p). */
  sumsOfSoftplus(out: number, x: number, count: number): Task
  /** f32 out = `dropoutMask`, `uniforms` or `coarseUniforms` of base/philox.ts. */
  noise(out: number, count: number, key: PhiloxKey, distribution: Distribution): Task
}

const NAMES = [
  'decode_u8',
  'divide_f32',
  'flush_subnormal',
  'sums_of_softplus',
  'dropout_mask',
  'uniforms',
  'coarse_uniforms',
] as const

/** Elements of a block of `sums_of_softplus`, bytes that it writes for each, and blocks in a chunk. */
const SOFTPLUS_BLOCK = 960
const SOFTPLUS_BYTES = 16
const SOFTPLUS_BLOCKS = 8

/** Number of blocks in which this many elements are summed. */
export const softplusBlocks = (count: number): number => Math.ceil(count / SOFTPLUS_BLOCK)

export async function inputKernels(crew: Crew): Promise<InputKernels> {
  const bytes = await readFile(new URL('../../../../generated/kernels.wasm', import.meta.url))
  const places = crew.add(await WebAssembly.compile(bytes), NAMES)
  const [decode, divide, flush, softplus, mask, uniforms, coarse] = places as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  return {
    decodeBytes: (out, source, count, divisor) => ({
      kernel: decode,
      arguments: [out, source, count, divisor],
      steps: [CHUNK_BYTES, CHUNK, 0, 0],
      countAt: 2,
      count,
      chunk: CHUNK,
    }),
    divide: (values, count, divisor) => ({
      kernel: divide,
      arguments: [values, count, divisor],
      steps: [CHUNK_BYTES, 0, 0],
      countAt: 1,
      count,
      chunk: CHUNK,
    }),
    flushSubnormal: (values, count) => ({
      kernel: flush,
      arguments: [values, count],
      steps: [CHUNK_BYTES, 0],
      countAt: 1,
      count,
      chunk: CHUNK,
    }),
    sumsOfSoftplus: (out, x, count) => ({
      kernel: softplus,
      arguments: [out, x, count, 1],
      steps: [SOFTPLUS_BLOCKS * SOFTPLUS_BYTES, 4 * SOFTPLUS_BLOCKS * SOFTPLUS_BLOCK, 0, 0],
      countAt: 2,
      count,
      chunk: SOFTPLUS_BLOCKS * SOFTPLUS_BLOCK,
    }),
    noise(out, count, { seed, purpose, stream, step }, distribution) {
      const drawn = [out, count, 0, seed, purpose, stream, step]
      const task = (kernel: number, block: number, parameters: readonly number[]): Task => ({
        kernel,
        arguments: [...drawn, ...parameters],
        steps: [CHUNK_BYTES, 0, CHUNK / block, ...[0, 0, 0, 0, ...parameters].map(() => 0)],
        countAt: 1,
        count,
        chunk: CHUNK,
      })
      switch (distribution.type) {
        case 'dropout': {
          const { threshold, scale } = dropoutConstants(distribution.rate)
          return task(mask, HALVES_BLOCK, [threshold, scale])
        }
        case 'uniform':
          return task(uniforms, WORDS_BLOCK, [])
        case 'coarse_uniform':
          return task(coarse, HALVES_BLOCK, [])
      }
    },
  }
}
