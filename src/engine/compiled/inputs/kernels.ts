/** The SIMD kernels of `assembly/kernels.ts` as work for a crew. Addresses are in bytes, counts in elements. */
import { readFile } from 'node:fs/promises'
import { dropoutConstants, type PhiloxKey } from '../../../base/philox.js'
import type { Distribution } from '../../../program/program.js'
import type { Task } from '../crew/chunks.js'
import type { Crew } from '../crew/crew.js'

/** Elements of a chunk: a few microseconds of work, and whole blocks of random numbers. */
const CHUNK = 8192
const CHUNK_BYTES = CHUNK * Float32Array.BYTES_PER_ELEMENT
/** Elements that one block of Philox gives: of 16 bits for dropout, of 32 for uniform numbers. */
const MASK_BLOCK = 8
const UNIFORM_BLOCK = 4

export interface InputKernels {
  /** f32 out = bytes / divisor. */
  decodeBytes(out: number, source: number, count: number, divisor: number): Task
  /** f32 values = values / divisor. */
  divide(values: number, count: number, divisor: number): Task
  /** f32 values = 0 where they are subnormal. */
  flushSubnormal(values: number, count: number): Task
  /** f32 out = `dropoutMask` or `uniforms` of base/philox.ts. */
  noise(out: number, count: number, key: PhiloxKey, distribution: Distribution): Task
}

const NAMES = ['decode_u8', 'divide_f32', 'flush_subnormal', 'dropout_mask', 'uniforms'] as const

export async function inputKernels(crew: Crew): Promise<InputKernels> {
  const bytes = await readFile(new URL('kernels.wasm', import.meta.url))
  const places = crew.add(await WebAssembly.compile(bytes), NAMES)
  const [decode, divide, flush, mask, uniforms] = places as [number, number, number, number, number]
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
      if (distribution.type === 'uniform') return task(uniforms, UNIFORM_BLOCK, [])
      const { threshold, scale } = dropoutConstants(distribution.rate)
      return task(mask, MASK_BLOCK, [threshold, scale])
    },
  }
}
