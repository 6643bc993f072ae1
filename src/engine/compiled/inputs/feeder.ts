/** Writes the inputs of a step (batches, noise, scalars) into the arena with SIMD kernels. */
import { PURPOSE } from '../../../base/philox.js'
import { sizeOf, withBatch } from '../../../base/shape.js'
import type { BatchInput, ProgramInput, Programs } from '../../../program/program.js'
import type { Batch, Scalars } from '../../engine.js'
import { arrayFor, numberFor } from '../../given.js'
import type { Task } from '../crew/chunks.js'
import type { Crew } from '../crew/crew.js'
import type { ArenaPlan } from './arena.js'
import { type InputKernels, inputKernels } from './kernels.js'

/** Bytes for this many elements, rounded up because kernels and loops work on whole vectors. */
export const padded = (elements: number): number => Math.ceil(elements / 32) * 32 * 4

/** Name of an input's place in the arena. */
export const inputKey = (name: string) => `input ${name}`
const stagingKey = (name: string) => `bytes ${name}`

/** Reserves room for the inputs of programs; `batch` is the largest batch size. */
export function placeInputs(plan: ArenaPlan, programs: Programs, batch: number): void {
  for (const { inputs } of Object.values(programs)) {
    for (const input of inputs) {
      const elements = input.kind === 'scalar' ? 1 : sizeOf(withBatch(input.shape, batch))
      plan.reserve(inputKey(input.name), padded(elements))
      if (input.kind === 'batch' && input.dtype === 'float32') plan.reserve(stagingKey(input.name), elements + 16)
    }
  }
}

export class InputFeeder {
  /** For each noise input: the step for which it was made, and the number of elements. */
  readonly #noise = new Map<string, { readonly step: number; readonly count: number }>()

  private constructor(
    private readonly plan: ArenaPlan,
    private readonly memory: WebAssembly.Memory,
    private readonly crew: Crew,
    readonly kernels: InputKernels,
    private readonly seed: number,
  ) {}

  /** Makes a feeder for the memory of a plan in which the inputs have places. */
  static async create(plan: ArenaPlan, memory: WebAssembly.Memory, crew: Crew, seed: number): Promise<InputFeeder> {
    return new InputFeeder(plan, memory, crew, await inputKernels(crew), seed)
  }

  feed(inputs: readonly ProgramInput[], batch: Batch, scalars: Scalars): void {
    const noise = this.noise(inputs, batch.size, scalars.iterations ?? 0)
    this.crew.run([...noise, ...inputs.flatMap((input) => this.#feedOne(input, batch, scalars) ?? [])])
  }

  /**
   * Tasks that make the noise of a step, except for noise that exists already. A step may do them for the next step
   * together with its own work, because waking the helper once costs less than twice.
   */
  noise(inputs: readonly ProgramInput[], size: number, step: number): Task[] {
    return inputs.flatMap((input) => {
      if (input.kind !== 'noise') return []
      const { name, shape, stream, distribution } = input
      const count = sizeOf(withBatch(shape, size))
      const made = this.#noise.get(name)
      if (made?.step === step && made.count >= count) return []
      this.#noise.set(name, { step, count })
      const key = { seed: this.seed, purpose: PURPOSE.noise, stream, step }
      return [this.kernels.noise(this.plan.find(inputKey(name)), count, key, distribution)]
    })
  }

  /** Copies an input into the arena, and returns the work that remains. */
  #feedOne(input: ProgramInput, batch: Batch, scalars: Scalars): Task | undefined {
    const address = this.plan.find(inputKey(input.name))
    switch (input.kind) {
      case 'scalar':
        new Float32Array(this.memory.buffer, address, 1)[0] = numberFor(input, scalars)
        return undefined
      case 'noise':
        return undefined
      case 'batch':
        return this.#feedBatch(input, address, batch)
    }
  }

  #feedBatch(input: BatchInput, address: number, batch: Batch): Task | undefined {
    const data = arrayFor(input, batch)
    const { buffer } = this.memory
    if (input.dtype === 'int32') {
      new Int32Array(buffer, address, data.length).set(data)
    } else if (data instanceof Uint8Array) {
      const staging = this.plan.find(stagingKey(input.name))
      new Uint8Array(buffer, staging, data.length).set(data)
      return this.kernels.decodeBytes(address, staging, data.length, input.divisor)
    } else {
      new Float32Array(buffer, address, data.length).set(data)
      if (input.divisor !== 1) return this.kernels.divide(address, data.length, input.divisor)
    }
    return undefined
  }
}
