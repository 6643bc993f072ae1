/** WebAssembly kernels with a memory of their own, in which arrays are laid out anew for each use. */
import { readFileSync } from 'node:fs'

export interface KernelMemory<Kernels> {
  readonly kernels: Kernels
  /** Lays out arrays of these many bytes, and returns their addresses. Arrays that were laid out before are lost. */
  layOut(...sizes: readonly number[]): readonly number[]
  /** The memory; another one after `layOut`. */
  readonly buffer: ArrayBuffer
}

export const PAGE = 65536
const ALIGNED = 16

/** Bytes that an array takes, so that the next one is aligned for SIMD. */
export const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNED) * ALIGNED

/** Starts the kernels of a file of `generated/`, once in a thread. */
export function kernelMemory<Kernels>(file: string): () => KernelMemory<Kernels> {
  let started: KernelMemory<Kernels> | undefined
  return () => {
    started ??= start(file)
    return started
  }
}

function start<Kernels>(file: string): KernelMemory<Kernels> {
  const { kernels, memory } = startKernels<Kernels>(file, 2)
  return {
    kernels,
    layOut(...sizes) {
      let next = PAGE
      const places = sizes.map((bytes) => {
        const at = next
        // kernels may read and write a little more than an array
        next += aligned(bytes) + ALIGNED
        return at
      })
      const missing = next - memory.buffer.byteLength
      if (missing > 0) memory.grow(Math.ceil(missing / PAGE))
      return places
    },
    get buffer() {
      return memory.buffer
    },
  }
}

const compiled = new Map<string, WebAssembly.Module>()

/** Starts the kernels of a file of `generated/` with a new memory of so many pages, the first of which is the compiler's. */
export function startKernels<Kernels>(file: string, pages: number) {
  const code =
    compiled.get(file) ?? new WebAssembly.Module(readFileSync(new URL(`../../generated/${file}`, import.meta.url)))
  compiled.set(file, code)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: PAGE })
  const { exports } = new WebAssembly.Instance(code, { env: { memory } })
  return { kernels: exports as unknown as Kernels, memory }
}
