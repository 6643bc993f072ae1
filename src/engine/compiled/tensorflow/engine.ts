/** Engine `tensorflow`: a whole step as one graph in a session of TensorFlow's C library; state in its variables. */
import { availableParallelism } from 'node:os'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { UserError } from '../../../base/issue.js'
import { dropoutMask, PURPOSE } from '../../../base/philox.js'
import { sizeOf, withBatch } from '../../../base/shape.js'
import { locateTensorflow } from '../../../libtensorflow/locate.js'
import type { Program, ProgramInput, Slot } from '../../../program/program.js'
import type { Batch, Engine, LoadOptions, Outputs, Runner, Scalars, StateValues } from '../../engine.js'
import { arrayFor, numberFor, programNamed } from '../../given.js'
import { infoOf } from '../graph/graph.js'
import { trace } from '../graph/trace.js'
import { recognize } from '../passes/recognize.js'
import { simplify } from '../passes/simplify.js'
import { openLibrary, type Tensorflow } from './c-api.js'
import { encodeGraph, type TensorflowNode } from './graph-def.js'
import { lowerToTensorflow, variableNodes } from './lower.js'
import { type FedTensor, type PreparedRun, TensorflowSession } from './session.js'

/** The engine; a UserError where there is no library that works. */
export async function openTensorflow({ logs = false } = {}): Promise<Engine> {
  const library = locateTensorflow()
  if (!library) {
    throw new UserError(
      'Engine tensorflow has no library here: set TRAINSPEC_TENSORFLOW to a folder that holds libtensorflow_cc.so.2, such as site-packages/tensorflow of `pip install tensorflow-cpu`.',
    )
  }
  const tensorflow = openLibrary(library, logs)
  return {
    name: 'tensorflow',
    device: 'cpu',
    versions: { tensorflow: tensorflow.version },
    load: (programs, options) => TensorflowRunner.create(tensorflow, programs, options),
  }
}

interface CompiledStep {
  readonly run: PreparedRun
  readonly feeds: readonly { readonly input: ProgramInput; readonly tensor: FedTensor<ArrayBuffer> }[]
  readonly outputs: Readonly<Record<string, Float32Array>>
  readonly outputNames: readonly string[]
}

class TensorflowRunner implements Runner {
  readonly #steps = new Map<string, CompiledStep>()
  readonly #indices: ReadonlyMap<string, number>
  #stateRuns: {
    readonly read: PreparedRun
    readonly feeds: readonly FedTensor<ArrayBuffer>[]
    readonly write: PreparedRun
  }

  private constructor(
    private readonly session: TensorflowSession,
    private readonly programs: Readonly<Record<string, Program>>,
    private readonly state: readonly Slot[],
    private readonly seed: number,
  ) {
    this.#indices = new Map(state.map(({ name }, index) => [name, index]))
    this.#stateRuns = this.#addState()
  }

  static async create(
    tensorflow: Tensorflow,
    programs: Readonly<Record<string, Program>>,
    { seed }: LoadOptions,
  ): Promise<TensorflowRunner> {
    const slots = Object.values(programs).flatMap(({ state }) => state)
    const state = [...new Map(slots.map((slot) => [slot.name, slot])).values()]
    const runner = new TensorflowRunner(new TensorflowSession(tensorflow, cpuConfig()), programs, state, seed)
    await runner.write(Object.fromEntries(state.map((slot) => [slot.name, slot.initial()])))
    return runner
  }

  async run(name: string, batch: Batch, scalars: Scalars): Promise<Outputs> {
    const { run, feeds, outputs, outputNames } = await this.#step(name, batch.size)
    for (const { input, tensor } of feeds) this.#feed(input, tensor.values, batch, scalars)
    await this.session.run(run, (index, numbers) => outputs[outputNames[index]!]!.set(numbers))
    return outputs
  }

  async read(): Promise<StateValues> {
    const values: Record<string, Float32Array> = {}
    await this.session.run(this.#stateRuns.read, (index, numbers) => {
      values[this.state[index]!.name] = numbers.slice()
    })
    return values
  }

  async write(values: StateValues): Promise<void> {
    const named = this.state.filter(({ name }) => values[name])
    const kept = named.length < this.state.length && this.#steps.size > 0 ? await this.read() : {}
    for (const [index, { name }] of this.state.entries()) {
      const value = values[name] ?? kept[name]
      if (value) new Float32Array(this.#stateRuns.feeds[index]!.values).set(value)
    }
    await this.session.run(this.#stateRuns.write)
  }

  async dispose(): Promise<void> {
    for (const { feeds } of this.#steps.values()) for (const { tensor } of feeds) this.session.free(tensor.handle)
    for (const { handle } of this.#stateRuns.feeds) this.session.free(handle)
    this.#steps.clear()
    this.session.close()
  }

  /** Nodes that read all state in one run and assign it in one. */
  #addState() {
    const nodes: TensorflowNode[] = this.state.flatMap(({ shape }, index) => [
      ...variableNodes('', index, shape),
      {
        name: `given${index}`,
        op: 'Placeholder',
        inputs: [],
        attributes: { dtype: { type: 'float32' }, shape: { shape } },
      },
      // a copy of its own: the fed one is written again
      { name: `copy${index}`, op: 'DeepCopy', inputs: [`given${index}`], attributes: { T: { type: 'float32' } } },
      {
        name: `assign${index}`,
        op: 'AssignVariableOp',
        inputs: [`handle${index}`, `copy${index}`],
        attributes: { dtype: { type: 'float32' } },
      },
    ])
    this.session.add(encodeGraph(nodes))
    const feeds = this.state.map(({ shape }) => this.session.tensor('float32', shape, 4 * sizeOf(shape)))
    return {
      read: this.session.prepare(
        [],
        this.state.map((_, index) => `read${index}`),
        [],
      ),
      feeds,
      write: this.session.prepare(
        feeds.map(({ handle }, index) => [`given${index}`, handle] as const),
        [],
        this.state.map((_, index) => `assign${index}`),
      ),
    }
  }

  async #step(name: string, size: number): Promise<CompiledStep> {
    const key = `${name}/${size}/`
    const known = this.#steps.get(key)
    if (known) return known
    const program = programNamed(this.programs, name)
    const graph = simplify(recognize(simplify(await trace(program, size))))
    const lowered = lowerToTensorflow(graph, key, (slot) => this.#indices.get(slot)!)
    this.session.add(lowered.graph)
    const feeds = graph.inputs.flatMap((one) => {
      if (one.from === 'state') return []
      const { shape, dtype } = infoOf(graph, one.value)
      if (dtype === 'bool') throw new Error(`internal: input ${one.name} has dtype bool`)
      const tensor = this.session.tensor(dtype, shape, 4 * sizeOf(shape))
      return [{ input: one.input, tensor, node: lowered.feedOf(one.value) }]
    })
    const results = graph.outputs.filter(({ to }) => to === 'output')
    const step: CompiledStep = {
      run: this.session.prepare(
        feeds.map(({ node, tensor }) => [node, tensor.handle] as const),
        results.map(({ value }) => lowered.fetchOf(value)),
        lowered.update === undefined ? [] : [lowered.update],
      ),
      feeds,
      outputs: Object.fromEntries(
        results.map(({ name: output, value }) => [output, new Float32Array(sizeOf(infoOf(graph, value).shape))]),
      ),
      outputNames: results.map(({ name: output }) => output),
    }
    this.#steps.set(key, step)
    return step
  }

  #feed(input: ProgramInput, memory: ArrayBuffer, batch: Batch, scalars: Scalars): void {
    switch (input.kind) {
      case 'scalar':
        new Float32Array(memory)[0] = numberFor(input, scalars)
        return
      case 'noise': {
        const key = { seed: this.seed, purpose: PURPOSE.noise, stream: input.stream, step: scalars.iterations ?? 0 }
        const count = sizeOf(withBatch(input.shape, batch.size))
        new Float32Array(memory).set(dropoutMask(key, input.distribution.rate, count))
        return
      }
      case 'batch': {
        const data = arrayFor(input, batch)
        const values = input.dtype === 'int32' ? new Int32Array(memory) : new Float32Array(memory)
        values.set(data)
        if (input.dtype === 'float32' && input.divisor !== 1) {
          for (let index = 0; index < values.length; index++) values[index]! /= input.divisor
        }
      }
    }
  }
}

/** ConfigProto: the processor only, with as many threads as it has cores. */
function cpuConfig(): Uint8Array {
  const writer = new BinaryWriter()
  writer.tag(1, WireType.LengthDelimited).fork()
  writer.tag(1, WireType.LengthDelimited).string('GPU').tag(2, WireType.Varint).int32(0)
  writer.join()
  writer.tag(2, WireType.Varint).int32(availableParallelism())
  return writer.finish()
}
