/** WebAssembly kernels with a memory of their own, in which arrays are laid out anew for each use. */
import { readFileSync } from 'node:fs'

export interface KernelMemory<Kernels> {
  readonly kernels: Kernels
  /** Lays out arrays of these many bytes, and returns their addresses. Arrays that were laid out before are lost. */
  layOut(...sizes: readonly number[]): readonly number[]
  /** The memory; another one after `layOut`. */
  readonly buffer: ArrayBuffer
}

const PAGE = 65536
const ALIGNED = 16

/** Starts the kernels of a file of `generated/`, once in a thread. */
export function kernelMemory<Kernels>(file: string): () => KernelMemory<Kernels> {
  let started: KernelMemory<Kernels> | undefined
  return () => {
    started ??= start(file)
    return started
  }
}

function start<Kernels>(file: string): KernelMemory<Kernels> {
  const compiled = new WebAssembly.Module(readFileSync(new URL(`../../generated/${file}`, import.meta.url)))
  const memory = new WebAssembly.Memory({ initial: 2, maximum: PAGE })
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } })
  return {
    kernels: exports as unknown as Kernels,
    layOut(...sizes) {
      // the first page is the compiler's
      let next = PAGE
      const places = sizes.map((bytes) => {
        const at = next
        // kernels may read and write a little more than an array
        next += Math.ceil(bytes / ALIGNED) * ALIGNED + ALIGNED
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
