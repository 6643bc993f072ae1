/**
 * Engines `eager:...`: run a program operation by operation on a backend of tfjs. They are slow; `eager:cpu` is the
 * reference for all other engines.
 */
import * as tf from '@tensorflow/tfjs-core'
import { drawNoise } from '../../base/noise.js'
import { PURPOSE } from '../../base/philox.js'
import { type Shape, sizeOf, withBatch } from '../../base/shape.js'
import type { Tensors } from '../../base/tensors.js'
import type { Program, ProgramInput, Programs } from '../../program/program.js'
import type { Batch, Engine, LoadOptions, Outputs, Runner, Scalars, StateValues } from '../engine.js'
import { arrayFor, copied, numberFor, programNamed, stateOf } from '../given.js'
import { type Demand, requireRoom } from '../memory.js'

/** A backend of tfjs, registered and ready. */
export interface EagerBackend {
  /** Name of the backend in tfjs. */
  readonly name: 'cpu' | 'tensorflow' | 'webgpu'
  readonly device: string
  readonly versions: Engine['versions']
  /** Throws the first error on the device since the last check, for backends that report errors asynchronously. */
  check?(): void
}

export const eagerEngine = (backend: EagerBackend): Engine => ({
  name: `eager:${backend.name}`,
  device: backend.device,
  precision: 'float32',
  compiled: false,
  versions: backend.versions,
  load: async (programs, options) => {
    requireRoom(leastOf(programs, options), options)
    return new EagerRunner(backend, programs, options.seed)
  },
})

/**
 * Memory needed before the first operation: state, its tensors and its new values, and the inputs. Only a trace would
 * tell how much the operations need.
 */
function leastOf(programs: Programs, { batchSize }: LoadOptions): Demand {
  const bytes = (shape: Shape) => Float32Array.BYTES_PER_ELEMENT * sizeOf(shape)
  const inputs = Object.values(programs).map(({ inputs }) =>
    inputs.reduce((sum, input) => sum + (input.kind === 'scalar' ? 0 : bytes(withBatch(input.shape, batchSize))), 0),
  )
  return {
    fixed: 3 * stateOf(programs).reduce((sum, { shape }) => sum + bytes(shape), 0),
    growing: Math.max(0, ...inputs),
  }
}

/** Keeps state outside of tfjs, so that no tensors exist between steps. */
class EagerRunner implements Runner<string> {
  readonly #state: Map<string, Float32Array>

  constructor(
    private readonly backend: EagerBackend,
    private readonly programs: Programs,
    private readonly seed: number,
  ) {
    this.#state = new Map(stateOf(programs).map(({ name, initial }) => [name, initial()]))
  }

  async run(name: string, batch: Batch, scalars: Scalars): Promise<Outputs> {
    // lets signals and output be handled between steps
    await new Promise((resolve) => setImmediate(resolve))
    const program = programNamed(this.programs, name)
    if (tf.getBackend() !== this.backend.name) await tf.setBackend(this.backend.name)
    const results = tf.tidy(() => {
      const given = program.state.map(({ name: slot, shape }) => [slot, tf.tensor(this.#state.get(slot)!, [...shape])])
      const inputs = program.inputs.map((input) => [input.name, this.#input(input, batch, scalars)])
      const { state, outputs } = program.run(Object.fromEntries(given), Object.fromEntries(inputs))
      return { state: { ...state }, outputs: { ...outputs } }
    })
    const { state, outputs } = await this.#take(results)
    if (Object.values(outputs).every((output) => output.every(Number.isFinite))) await this.write(state)
    return outputs
  }

  async read(into?: StateValues): Promise<StateValues> {
    return Object.fromEntries([...this.#state].map(([name, values]) => [name, copied(values, into?.[name])]))
  }

  async write(values: StateValues): Promise<void> {
    for (const [name, value] of Object.entries(values)) this.#state.get(name)?.set(value)
  }

  async dispose(): Promise<void> {
    this.#state.clear()
  }

  /** Reads the values of tensors and frees the tensors. */
  async #take({ state, outputs }: ReturnType<Program['run']>) {
    try {
      return { state: await valuesOf(state), outputs: await valuesOf(outputs) }
    } finally {
      tf.dispose({ state, outputs })
      this.backend.check?.()
    }
  }

  #input(input: ProgramInput, batch: Batch, scalars: Scalars): tf.Tensor {
    switch (input.kind) {
      case 'scalar':
        return tf.scalar(numberFor(input, scalars))
      case 'noise': {
        const shape = withBatch(input.shape, batch.size)
        const key = { seed: this.seed, purpose: PURPOSE.noise, stream: input.stream, step: scalars.iterations ?? 0 }
        return tf.tensor(drawNoise(input.distribution, key, sizeOf(shape)), shape)
      }
      case 'batch': {
        const shape = withBatch(input.shape, batch.size)
        const data = arrayFor(input, batch)
        if (input.dtype === 'int32') return tf.tensor(Int32Array.from(data), shape, 'int32')
        return tf.tensor(
          Float32Array.from(data, (value) => value / input.divisor),
          shape,
        )
      }
    }
  }
}

/** Copies the values of tensors without blocking, because WebGPU cannot read otherwise. */
async function valuesOf(tensors: Tensors): Promise<Record<string, Float32Array>> {
  const values: Record<string, Float32Array> = {}
  for (const [name, tensor] of Object.entries(tensors)) values[name] = new Float32Array(await tensor.data())
  return values
}
