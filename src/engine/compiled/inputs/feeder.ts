/** Writes what a step reads - batches, noise, numbers - into one arena, by SIMD kernels. */
import { dropoutConstants, PURPOSE } from '../../../base/philox.js'
import { sizeOf, withBatch } from '../../../base/shape.js'
import type { BatchInput, Program, ProgramInput } from '../../../program/program.js'
import type { Batch, Scalars } from '../../engine.js'
import { arrayFor, numberFor } from '../../given.js'
import type { ArenaPlan } from './arena.js'
import { type Kernels, loadKernels } from './kernels.js'

/** Kernels and loops work on whole vectors; every array has room for the last one. */
export const padded = (elements: number): number => Math.ceil(elements / 32) * 32 * 4

/** The place of an input in the arena. */
export const inputKey = (name: string) => `input ${name}`
const stagingKey = (name: string) => `bytes ${name}`

/** Room for the inputs of programs; `batch` is the largest. */
export function placeInputs(plan: ArenaPlan, programs: Readonly<Record<string, Program>>, batch: number): void {
  for (const { inputs } of Object.values(programs)) {
    for (const input of inputs) {
      const elements = input.kind === 'scalar' ? 1 : sizeOf(withBatch(input.shape, batch))
      plan.reserve(inputKey(input.name), padded(elements))
      if (input.kind === 'batch' && input.dtype === 'float32') plan.reserve(stagingKey(input.name), elements + 16)
    }
  }
}

export class InputFeeder {
  private constructor(
    private readonly plan: ArenaPlan,
    private readonly memory: WebAssembly.Memory,
    readonly kernels: Kernels,
    private readonly seed: number,
  ) {}

  /** Over the memory of a plan that has the inputs' places. */
  static async create(plan: ArenaPlan, memory: WebAssembly.Memory, seed: number): Promise<InputFeeder> {
    return new InputFeeder(plan, memory, await loadKernels(memory), seed)
  }

  feed(input: ProgramInput, batch: Batch, scalars: Scalars): void {
    const address = this.plan.find(inputKey(input.name))
    switch (input.kind) {
      case 'scalar':
        new Float32Array(this.memory.buffer, address, 1)[0] = numberFor(input, scalars)
        return
      case 'noise': {
        const count = sizeOf(withBatch(input.shape, batch.size))
        const { threshold, scale } = dropoutConstants(input.distribution.rate)
        const step = scalars.iterations ?? 0
        this.kernels.dropout_mask(address, count, this.seed, PURPOSE.noise, input.stream, step, threshold, scale)
        return
      }
      case 'batch':
        this.#feedBatch(input, address, batch)
    }
  }

  #feedBatch(input: BatchInput, address: number, batch: Batch): void {
    const data = arrayFor(input, batch)
    const { buffer } = this.memory
    if (input.dtype === 'int32') {
      new Int32Array(buffer, address, data.length).set(data)
    } else if (data instanceof Uint8Array) {
      const staging = this.plan.find(stagingKey(input.name))
      new Uint8Array(buffer, staging, data.length).set(data)
      this.kernels.decode_u8(address, staging, data.length, input.divisor)
    } else {
      new Float32Array(buffer, address, data.length).set(data)
      if (input.divisor !== 1) this.kernels.divide_f32(address, data.length, input.divisor)
    }
  }
}
