/** Traces a program: runs it once on a tfjs backend whose kernels compute nothing and write graph nodes. */
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import { type Shape, withBatch } from '../../../base/shape.js'
import type { Program, ProgramInput } from '../../../program/program.js'
import { EXPANSIONS } from './expand.js'
import type { Graph, GraphConstant, GraphInput, GraphNode, GraphOutput, ValueId } from './graph.js'
import { KERNELS, type KernelName, kernelRule } from './kernels.js'
import type { DType, ValueInfo } from './value.js'
import { verify } from './verify.js'
import type { GraphWriter, Named } from './writer.js'

const BACKEND = 'trace'
/** Priority of the backend. Real backends have 1 or more, so tfjs never chooses this one by itself. */
const LAST_CHOICE = 0
/** The backend in JavaScript. */
const PLAIN = 'cpu'

export interface TraceOptions {
  /** True to make outputs, named by `MEAN`, of the means that the program finds. */
  readonly means?: boolean
}

/** Name of the outputs that are means over the batch. */
export const MEAN = 'mean over the batch'

/**
 * Returns the graph of one step of a program for batches of this size. The current tfjs backend is restored afterwards; if
 * none was chosen before, the one in JavaScript is.
 */
export async function trace(program: Program, batch: number, options: TraceOptions = {}): Promise<Graph> {
  const backend = traceBackend()
  const before = tf.getBackend()
  await tf.setBackend(BACKEND)
  try {
    return verify(backend.record(program, batch, options), 'tracing')
  } finally {
    await tf.setBackend(before || PLAIN)
  }
}

/** The tracing backend of this process, registered with its kernels on first use. */
function traceBackend(): TraceBackend {
  const found = tf.findBackend(BACKEND)
  if (found) return found as TraceBackend
  const backend = new TraceBackend()
  tf.registerBackend(BACKEND, () => backend, LAST_CHOICE)
  registerKernels(backend)
  return backend
}

/** Registers the expansions of `expand.ts`, and a node for every other kernel. */
function registerKernels(backend: TraceBackend): void {
  const register = (
    kernelName: string,
    run: (inputs: Named, attributes: tf.NamedAttrMap) => tf.TensorInfo | tf.TensorInfo[],
  ) =>
    tf.registerKernel({
      kernelName,
      backendName: BACKEND,
      kernelFunc: ({ inputs, attrs }) => run(inputs as Named, (attrs ?? {}) as tf.NamedAttrMap),
    })
  for (const [name, expand] of Object.entries(EXPANSIONS)) {
    register(name, (inputs, attributes) => expand(backend, inputs, attributes))
  }
  for (const kernel of Object.keys(KERNELS) as KernelName[]) {
    if (Object.hasOwn(EXPANSIONS, kernel)) continue
    const { inputs: names } = kernelRule(kernel)
    if (names === 'list') throw new Error(`internal: ${kernel} takes a list and is not expanded`)
    register(kernel, (inputs, attributes) =>
      backend.node(
        kernel,
        names.map((name) => inputs[name]!),
        attributes,
      ),
    )
  }
}

interface Recording {
  readonly values: Map<ValueId, ValueInfo>
  readonly inputs: GraphInput[]
  readonly constants: GraphConstant[]
  readonly nodes: GraphNode[]
}

class TraceBackend extends tf.KernelBackend implements GraphWriter {
  /** Graph values by tfjs' handles of tensors. */
  #ids = new WeakMap<object, ValueId>()
  #recording: Recording = { values: new Map(), inputs: [], constants: [], nodes: [] }

  record(program: Program, batch: number, { means = false }: TraceOptions): Graph {
    this.#recording = { values: new Map(), inputs: [], constants: [], nodes: [] }
    const outputs: GraphOutput[] = []
    tf.tidy(() => {
      const symbol = (shape: Shape, dtype: DType, input: (value: ValueId) => GraphInput): tf.Tensor => {
        const info = this.#define({ shape, dtype })
        this.#recording.inputs.push(input(this.#id(info)))
        return tf.engine().makeTensorFromTensorInfo(info)
      }
      const state = Object.fromEntries(
        program.state.map(({ name, shape }) => [
          name,
          symbol(shape, 'float32', (value) => ({ value, from: 'state', name })),
        ]),
      )
      const inputs = Object.fromEntries(
        program.inputs.map((input) => [
          input.name,
          symbol(...inputType(input, batch), (value) => ({ value, from: 'input', name: input.name, input })),
        ]),
      )
      const found = (tensors: readonly tf.Tensor[]) => {
        outputs.push(...tensors.map((tensor) => ({ value: this.#id(tensor), to: 'output' as const, name: MEAN })))
      }
      const result = program.run(state, inputs, means ? found : undefined)
      for (const to of ['state', 'output'] as const) {
        for (const [name, tensor] of Object.entries(to === 'state' ? result.state : result.outputs)) {
          outputs.push({ value: this.#id(tensor), to, name })
          tensor.dispose()
        }
      }
    })
    return { ...this.#recording, outputs }
  }

  node(kernel: KernelName, inputs: readonly tf.TensorInfo[], given: tf.NamedAttrMap): tf.TensorInfo {
    const { values, nodes } = this.#recording
    const ids = inputs.map((input) => this.#id(input))
    const infos = ids.map((id) => values.get(id)!)
    const rule = kernelRule(kernel)
    const attributes = rule.attributes(given, infos)
    const info = this.#define(rule.output(infos, attributes))
    nodes.push({ kernel, inputs: ids, attributes, output: this.#id(info) })
    return info
  }

  constant(shape: Shape, dtype: DType, data: GraphConstant['data']): tf.TensorInfo {
    const info = this.#define({ shape, dtype })
    this.#recording.constants.push({ value: this.#id(info), data })
    return info
  }

  /** Makes another tensor for the same value, because tfjs counts and frees tensors, not values. */
  alias(x: tf.TensorInfo): tf.TensorInfo {
    const dataId = {}
    this.#ids.set(dataId, this.#id(x))
    return { dataId, shape: x.shape, dtype: x.dtype }
  }

  /** Called if tfjs makes a tensor from numbers: adds a constant to the graph. */
  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): object {
    if (!(values instanceof Float32Array || values instanceof Int32Array || values instanceof Uint8Array)) {
      throw new Error(`internal: a constant of dtype ${dtype} cannot be traced`)
    }
    const [fill] = values
    const data = fill !== undefined && values.every((value) => value === fill) ? fill : values.slice()
    return this.constant(shape, dtype as DType, data).dataId
  }

  override move(dataId: object, values: tf.BackendValues, shape: number[], dtype: tf.DataType): void {
    this.#ids.set(dataId, this.#ids.get(this.write(values, shape, dtype))!)
  }

  override readSync(): never {
    throw new Error('internal: a traced step has no numbers to read')
  }
  override async read(): Promise<never> {
    return this.readSync()
  }
  override disposeData(): boolean {
    return true
  }
  override refCount(): number {
    return 1
  }
  override incRef(): void {}
  override numDataIds(): number {
    return 0
  }
  override memory(): { unreliable: boolean } {
    return { unreliable: true }
  }
  override timerAvailable(): boolean {
    return false
  }
  override floatPrecision(): 32 {
    return 32
  }
  override epsilon(): number {
    return 1e-7
  }
  override dispose(): void {}

  #define(info: ValueInfo): tf.TensorInfo {
    const { values } = this.#recording
    const dataId = {}
    this.#ids.set(dataId, values.size)
    values.set(values.size, info)
    return { dataId, shape: [...info.shape], dtype: info.dtype }
  }

  #id({ dataId }: { dataId: object }): ValueId {
    const id = this.#ids.get(dataId)
    if (id === undefined) throw new Error('internal: a tensor from outside entered the trace')
    return id
  }
}

function inputType(input: ProgramInput, batch: number): [Shape, DType] {
  switch (input.kind) {
    case 'scalar':
      return [[], 'float32']
    case 'noise':
      return [withBatch(input.shape, batch), 'float32']
    case 'batch':
      return [withBatch(input.shape, batch), input.dtype]
  }
}
