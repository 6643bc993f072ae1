/** Engine `eager`: runs a program op by op on tfjs' plain JavaScript backend. Slow and trusted: the reference of all others. */
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import { packageVersion } from '../../base/package-version.js'
import { dropoutMask, PURPOSE } from '../../base/philox.js'
import { sizeOf, withBatch } from '../../base/shape.js'
import type { Program, ProgramInput, Slot } from '../../program/program.js'
import type { Batch, Engine, Outputs, Runner, Scalars, StateValues } from '../engine.js'
import { arrayFor, numberFor, programNamed } from '../given.js'

const BACKEND = 'cpu'

export const eagerEngine: Engine = {
  name: 'eager',
  device: 'cpu',
  precision: 'float32',
  versions: { '@tensorflow/tfjs-backend-cpu': packageVersion('@tensorflow/tfjs-backend-cpu') },
  load: async (programs, { seed }) => new EagerRunner(programs, seed),
}

class EagerRunner implements Runner {
  readonly #state = new Map<string, { slot: Slot; values: Float32Array }>()

  constructor(
    private readonly programs: Readonly<Record<string, Program>>,
    private readonly seed: number,
  ) {
    for (const { state } of Object.values(programs)) {
      for (const slot of state) {
        if (!this.#state.has(slot.name)) this.#state.set(slot.name, { slot, values: slot.initial() })
      }
    }
  }

  async run(name: string, batch: Batch, scalars: Scalars): Promise<Outputs> {
    // signals and output have their turn between steps
    await new Promise((resolve) => setImmediate(resolve))
    const program = programNamed(this.programs, name)
    if (tf.getBackend() !== BACKEND) await tf.setBackend(BACKEND)
    const { state, outputs } = tf.tidy(() => {
      const given = Object.fromEntries(
        program.state.map(({ name: slot, shape }) => [slot, tf.tensor(this.#state.get(slot)!.values, [...shape])]),
      )
      const inputs = Object.fromEntries(program.inputs.map((input) => [input.name, this.#input(input, batch, scalars)]))
      const result = program.run(given, inputs)
      const read = (tensors: Readonly<Record<string, tf.Tensor>>) =>
        Object.fromEntries(Object.entries(tensors).map(([key, tensor]) => [key, new Float32Array(tensor.dataSync())]))
      const values = { state: read(result.state), outputs: read(result.outputs) }
      // Kept ones outlive the tidy; all are read before the first is freed, because two names may share one tensor.
      for (const tensor of [...Object.values(result.state), ...Object.values(result.outputs)]) tensor.dispose()
      return values
    })
    if (Object.values(outputs).every((output) => output.every(Number.isFinite))) await this.write(state)
    return outputs
  }

  async read(): Promise<StateValues> {
    return Object.fromEntries([...this.#state].map(([name, { values }]) => [name, values.slice()]))
  }

  async write(values: StateValues): Promise<void> {
    for (const [name, value] of Object.entries(values)) this.#state.get(name)?.values.set(value)
  }

  async dispose(): Promise<void> {
    this.#state.clear()
  }

  #input(input: ProgramInput, batch: Batch, scalars: Scalars): tf.Tensor {
    switch (input.kind) {
      case 'scalar':
        return tf.scalar(numberFor(input, scalars))
      case 'noise': {
        const shape = withBatch(input.shape, batch.size)
        const key = { seed: this.seed, purpose: PURPOSE.noise, stream: input.stream, step: scalars.iterations ?? 0 }
        return tf.tensor(dropoutMask(key, input.distribution.rate, sizeOf(shape)), shape)
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
