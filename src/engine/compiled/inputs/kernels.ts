/** The SIMD kernels of `assembly/kernels.ts`, over a given memory. */
import { readFile } from 'node:fs/promises'

/** Pointers are byte addresses; see the source for each kernel. */
export interface Kernels {
  decode_u8(out: number, source: number, count: number, divisor: number): void
  divide_f32(out: number, count: number, divisor: number): void
  flush_subnormal(values: number, count: number): void
  dropout_mask(
    out: number,
    count: number,
    seed: number,
    purpose: number,
    stream: number,
    step: number,
    threshold: number,
    scale: number,
  ): void
}

export async function loadKernels(memory: WebAssembly.Memory): Promise<Kernels> {
  const bytes = await readFile(new URL('kernels.wasm', import.meta.url))
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } })
  return instance.exports as unknown as Kernels
}
