/** Matrices of float64 in the memory of WebAssembly, and the SIMD kernels on them (`assembly/kernels.ts`). */
import { aligned, PAGE, startKernels } from '../kernel-memory.js'

interface Kernels {
  add_products(products: number, rows: number, count: number, stride: number): void
  multiply(out: number, rows: number, matrix: number, count: number, width: number, stride: number): void
  tridiagonalize(
    matrix: number,
    diagonal: number,
    before: number,
    halves: number,
    room: number,
    width: number,
    stride: number,
  ): void
  accumulate(vectors: number, matrix: number, halves: number, width: number, stride: number): void
  rotate(vectors: number, bounds: number, turns: number, sweeps: number, stride: number): void
}

/** An array in the memory, and its address in bytes. */
export interface Place<Numbers = Float64Array> {
  readonly at: number
  readonly values: Numbers
}

export interface MatrixMemory {
  readonly kernels: Kernels
  /** Makes an array of so many numbers, all 0. */
  floats(length: number): Place
  integers(length: number): Place<Int32Array>
}

/** Starts kernels with a memory of their own for so many bytes of arrays. */
export function matrixMemory(bytes: number): MatrixMemory {
  // one page more for the compiler, and one for gaps between arrays
  const { kernels, memory } = startKernels<Kernels>('matrix.wasm', Math.ceil(bytes / PAGE) + 2)
  let next = PAGE
  const taken = (bytes: number) => {
    const at = next
    next += aligned(bytes)
    return at
  }
  return {
    kernels,
    floats(length) {
      const at = taken(8 * length)
      return { at, values: new Float64Array(memory.buffer, at, length) }
    },
    integers(length) {
      const at = taken(4 * length)
      return { at, values: new Int32Array(memory.buffer, at, length) }
    },
  }
}

/** Elements of a row in memory: a multiple of 8, and never a power of 2, with which rows drive each other from a cache. */
export const strideOf = (width: number): number => Math.ceil(width / 8) * 8 + 8
