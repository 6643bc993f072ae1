/** Runs a program once on a tfjs backend whose kernels compute nothing and write graph nodes. */
import * as tf from '@tensorflow/tfjs-core'
import { type Shape, sizeOf, withBatch } from '../../../base/shape.js'
import type { Program, ProgramInput } from '../../../program/program.js'
import type { DType, Graph, GraphConstant, GraphInput, GraphNode, GraphOutput, ValueId, ValueInfo } from './graph.js'
import { KERNELS, type KernelName, kernelRule } from './kernels.js'
import { verify } from './verify.js'

const BACKEND = 'trace'
/** Priority: real backends have 1 or more, so tfjs never takes this one of its own accord. */
const LAST_CHOICE = 0

/** The graph of one step of a program on batches of this size. The caller's tfjs backend is as it was afterwards. */
export async function trace(program: Program, batch: number): Promise<Graph> {
  const backend = traceBackend()
  const before = tf.getBackend()
  await tf.setBackend(BACKEND)
  try {
    return verify(backend.record(program, batch), 'tracing')
  } finally {
    if (before) await tf.setBackend(before)
  }
}

/** The one tracing backend of this process, registered with its kernels on first use. */
function traceBackend(): TraceBackend {
  const found = tf.findBackend(BACKEND)
  if (found) return found as TraceBackend
  const backend = new TraceBackend()
  tf.registerBackend(BACKEND, () => backend, LAST_CHOICE)
  registerKernels(backend)
  return backend
}

type Named = Record<string, tf.TensorInfo>
type KernelFunction = (inputs: Named, attributes: tf.NamedAttrMap) => tf.TensorInfo

function registerKernels(backend: TraceBackend): void {
  const register = (kernelName: string, run: KernelFunction) =>
    tf.registerKernel({
      kernelName,
      backendName: BACKEND,
      kernelFunc: ({ inputs, attrs }) => run(inputs as Named, (attrs ?? {}) as tf.NamedAttrMap),
    })
  const node = (kernel: KernelName, inputs: tf.TensorInfo[], attributes: tf.NamedAttrMap = {}) =>
    backend.node(kernel, inputs, attributes)
  const reshape = (x: tf.TensorInfo, shape: number[]) => node('Reshape', [x], { shape })

  // Kernels that are written with others, or that only name a value again.
  const matMul = (a: tf.TensorInfo, b: tf.TensorInfo, attributes: tf.NamedAttrMap, after = (x: tf.TensorInfo) => x) => {
    const outer = a.shape.slice(0, -2)
    if (sizeOf(outer) !== 1 || sizeOf(b.shape.slice(0, -2)) !== 1) {
      throw new Error(`internal: batched products are not traced yet: ${a.shape} by ${b.shape}`)
    }
    const product = node('BatchMatMul', [reshape(a, a.shape.slice(-2)), reshape(b, b.shape.slice(-2))], attributes)
    const result = after(product)
    return outer.length === 0 ? result : reshape(result, [...outer, ...result.shape])
  }
  register('BatchMatMul', ({ a, b }, attributes) => matMul(a!, b!, attributes))
  const activate: Record<string, KernelName> = { relu: 'Relu', elu: 'Elu', sigmoid: 'Sigmoid' }
  register('_FusedMatMul', ({ a, b, bias }, attributes) => {
    const activation = (attributes.activation as string | undefined) ?? 'linear'
    const kernel = activate[activation]
    if (!kernel && activation !== 'linear') throw new Error(`internal: fused activation ${activation} is not traced`)
    return matMul(a!, b!, attributes, (product) => {
      const sum = bias ? node('Add', [product, bias]) : product
      return kernel ? node(kernel, [sum]) : sum
    })
  })
  register('Cast', ({ x }, attributes) =>
    x!.dtype === attributes.dtype ? backend.alias(x!) : node('Cast', [x!], attributes),
  )
  register('Identity', ({ x }) => backend.alias(x!))
  register('ExpandDims', ({ input }, { dim }) => {
    const shape = [...input!.shape]
    shape.splice((dim as number) < 0 ? shape.length + 1 + (dim as number) : (dim as number), 0, 1)
    return reshape(input!, shape)
  })
  register('Fill', (_, { shape, value, dtype }) =>
    backend.constant(shape as number[], (dtype as DType) ?? 'float32', value as number),
  )
  register('ZerosLike', ({ x }) => backend.constant(x!.shape, x!.dtype as DType, 0))
  register('OnesLike', ({ x }) => backend.constant(x!.shape, x!.dtype as DType, 1))

  // All others are one node each.
  for (const kernel of Object.keys(KERNELS) as KernelName[]) {
    if (tf.getKernel(kernel, BACKEND)) continue
    register(kernel, (inputs, attributes) =>
      node(
        kernel,
        kernelRule(kernel).inputs.map((name) => inputs[name]!),
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

class TraceBackend extends tf.KernelBackend {
  /** tfjs' handle of a tensor -> the graph value it stands for. */
  #ids = new WeakMap<object, ValueId>()
  #recording: Recording = { values: new Map(), inputs: [], constants: [], nodes: [] }

  record(program: Program, batch: number): Graph {
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
      const result = program.run(state, inputs)
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

  /** Another tensor for the same value: tfjs counts and frees tensors, not values. */
  alias(x: tf.TensorInfo): tf.TensorInfo {
    const dataId = {}
    this.#ids.set(dataId, this.#id(x))
    return { dataId, shape: x.shape, dtype: x.dtype }
  }

  /** tfjs makes a tensor from numbers: a constant of the graph. */
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
