/** Lowers a graph to an ONNX model: a table from kernel to operators, and one fusion ONNX Runtime does not do itself. */
import { type Shape, sizeOf } from '../../../base/shape.js'
import {
  consumersOf,
  type DType,
  type Graph,
  type GraphNode,
  infoOf,
  type ValueId,
  type ValueInfo,
} from '../graph/graph.js'
import type { KernelName } from '../graph/kernels.js'
import { ELEMENT, encodeModel, type OnnxAttribute, type OnnxNode, type OnnxTensor } from './model-writer.js'

export interface LoweredGraph {
  readonly model: Uint8Array
  /** ONNX names of the graph's values: as they are fed and used, and as they are fetched. */
  readonly nameOf: (value: ValueId) => string
  readonly outputNameOf: (value: ValueId) => string
}

/** Writes operators; gives the name of what the last one computes. */
interface Emitter {
  op(type: string, inputs: readonly string[], attributes?: Record<string, OnnxAttribute>): string
  float(value: number): string
  /** (count), filled with 1. */
  ones(count: number): string
  int32s(values: readonly number[]): string
  ints(values: readonly number[]): string
}

type Lowering = (emit: Emitter, node: GraphNode, names: readonly string[], infos: readonly ValueInfo[]) => string

/** A kernel that is one operator of the same inputs. */
const same =
  (type: string, attributes?: (node: GraphNode) => Record<string, OnnxAttribute>): Lowering =>
  (emit, node, names) =>
    emit.op(type, names, attributes?.(node))

const reduce =
  (type: string): Lowering =>
  (emit, { attributes }, [x]) =>
    emit.op(type, [x!, emit.ints(attributes.axes as number[])], { keepdims: attributes.keepDims ? 1 : 0 })

const alongAxis = (type: string): Lowering => same(type, ({ attributes }) => ({ axis: attributes.axis as number }))

const cast = (emit: Emitter, x: string, dtype: DType) => emit.op('Cast', [x], { to: ELEMENT[dtype] })

const LOWERINGS: { readonly [Kernel in KernelName]: Lowering } = {
  Add: same('Add'),
  Sub: same('Sub'),
  Multiply: same('Mul'),
  RealDiv: same('Div'),
  Maximum: same('Max'),
  Minimum: same('Min'),
  Pow: same('Pow'),

  Equal: same('Equal'),
  NotEqual: (emit, _, names) => emit.op('Not', [emit.op('Equal', names)]),
  Greater: same('Greater'),
  GreaterEqual: same('GreaterOrEqual'),
  Less: same('Less'),
  LessEqual: same('LessOrEqual'),
  LogicalAnd: same('And'),
  LogicalNot: same('Not'),

  Abs: same('Abs'),
  Erf: same('Erf'),
  Exp: same('Exp'),
  Log: same('Log'),
  Neg: same('Neg'),
  Reciprocal: same('Reciprocal'),
  Rsqrt: (emit, _, names) => emit.op('Reciprocal', [emit.op('Sqrt', names)]),
  Sign: same('Sign'),
  Sqrt: same('Sqrt'),
  Square: (emit, _, [x]) => emit.op('Mul', [x!, x!]),

  Elu: same('Elu'),
  EluGrad: (emit, _, [dy, y]) =>
    emit.op('Where', [
      emit.op('Less', [y!, emit.float(0)]),
      emit.op('Mul', [dy!, emit.op('Add', [y!, emit.float(1)])]),
      dy!,
    ]),
  LeakyRelu: same('LeakyRelu', ({ attributes }) => ({ alpha: { float: attributes.alpha as number } })),
  Relu: same('Relu'),
  Selu: same('Selu'),
  Sigmoid: same('Sigmoid'),
  Softplus: same('Softplus'),
  /** In one operator: 3.4e38 x, clipped to 0 ... 1, is 0 or 1 for every normal number. */
  Step(emit, { attributes }, [x]) {
    if (attributes.alpha === 0) return emit.op('HardSigmoid', [x!], { alpha: { float: 3.4e38 }, beta: { float: 0 } })
    const positive = emit.op('Greater', [x!, emit.float(0)])
    return emit.op('Where', [positive, emit.float(1), emit.float(attributes.alpha as number)])
  },
  Tanh: same('Tanh'),
  Softmax: alongAxis('Softmax'),
  LogSoftmax: alongAxis('LogSoftmax'),
  ClipByValue: (emit, { attributes }, [x]) =>
    emit.op('Clip', [x!, emit.float(attributes.clipValueMin as number), emit.float(attributes.clipValueMax as number)]),

  Max: reduce('ReduceMax'),
  Mean: reduce('ReduceMean'),
  /** Rows are added fastest by the matrix product that a row of ones makes. */
  Sum: (emit, node, names, infos) =>
    infos[0]!.shape.length === 2 && String(node.attributes.axes) === '0' && !node.attributes.keepDims
      ? emit.op('MatMul', [emit.ones(infos[0]!.shape[0]!), names[0]!])
      : reduce('ReduceSum')(emit, node, names, infos),
  ArgMax: (emit, { attributes }, [x]) =>
    cast(emit, emit.op('ArgMax', [x!], { axis: attributes.axis as number, keepdims: 0 }), 'int32'),

  BatchMatMul: (emit, { attributes }, names) => emit.op('Gemm', names, gemmAttributes(attributes)),

  Cast: (emit, { attributes }, [x]) => cast(emit, x!, attributes.dtype as DType),
  /** By comparison: ONNX Runtime has OneHot for few combinations of types. */
  OneHot(emit, { attributes }, [indices], [info]) {
    const depth = attributes.depth as number
    const column = emit.op('Reshape', [indices!, emit.ints([...info!.shape, 1])])
    const hit = emit.op('Equal', [column, emit.int32s(Array.from({ length: depth }, (_, index) => index))])
    return emit.op('Where', [hit, emit.float(attributes.onValue as number), emit.float(attributes.offValue as number)])
  },
  Reshape: (emit, { attributes }, [x]) => emit.op('Reshape', [x!, emit.ints(attributes.shape as number[])]),
  Select: same('Where'),
  Tile: (emit, { attributes }, [x]) => emit.op('Tile', [x!, emit.ints(attributes.reps as number[])]),
  Transpose: same('Transpose', ({ attributes }) => ({ perm: attributes.perm as number[] })),
}

const gemmAttributes = ({ transposeA, transposeB }: GraphNode['attributes']) => ({
  transA: transposeA ? 1 : 0,
  transB: transposeB ? 1 : 0,
})

export function lowerToOnnx(graph: Graph): LoweredGraph {
  const nodes: OnnxNode[] = []
  const initializers = new Map<string, OnnxTensor>()
  const constant = (tensor: OnnxTensor): string => {
    initializers.set(tensor.name, tensor)
    return tensor.name
  }
  const nameOf = (value: ValueId) => `v${value}`
  let temporaries = 0
  const emitter = (output: string): Emitter & { rename(): void } => {
    const from = nodes.length
    return {
      op(type, inputs, attributes = {}) {
        const name = `t${temporaries++}`
        nodes.push({ type, inputs, output: name, attributes })
        return name
      },
      float: (value) => constant({ name: `f${value}`, element: 'float32', shape: [], data: new Float32Array([value]) }),
      ones: (count) =>
        constant({ name: `ones${count}`, element: 'float32', shape: [count], data: new Float32Array(count).fill(1) }),
      int32s: (values) =>
        constant({ name: `n${values}`, element: 'int32', shape: [values.length], data: Int32Array.from(values) }),
      ints: (values) =>
        constant({
          name: `i${values}`,
          element: 'int64',
          shape: [values.length],
          data: BigInt64Array.from(values, BigInt),
        }),
      /** The last operator written gives the node's own value. */
      rename() {
        const last = nodes.at(-1)
        if (!last || nodes.length === from) throw new Error('internal: a lowering wrote no operator')
        nodes[nodes.length - 1] = { ...last, output }
      },
    }
  }

  for (const { value, data } of graph.constants) {
    const { shape, dtype } = infoOf(graph, value)
    constant({ name: nameOf(value), element: dtype, shape, data: expand(data, shape, dtype) })
  }
  const fused = fusedProducts(graph)
  for (const node of graph.nodes) {
    if (fused.parts.has(node.output)) continue
    const emit = emitter(nameOf(node.output))
    const whole = fused.wholes.get(node.output)
    if (whole) {
      const { product, bias, factor = 1 } = whole
      const names = [...product.inputs, ...(bias === undefined ? [] : [bias])].map(nameOf)
      emit.op('Gemm', names, { ...gemmAttributes(product.attributes), alpha: { float: factor } })
    } else {
      const infos = node.inputs.map((input) => infoOf(graph, input))
      LOWERINGS[node.kernel](emit, node, node.inputs.map(nameOf), infos)
    }
    emit.rename()
  }
  const given = new Set([...graph.inputs, ...graph.constants].map(({ value }) => value))
  /** A result that no node computes has to be copied by an operator of its own. */
  const outputNameOf = (value: ValueId) => (given.has(value) ? `copy${value}` : nameOf(value))
  for (const value of new Set(graph.outputs.map((output) => output.value))) {
    if (given.has(value)) {
      nodes.push({ type: 'Identity', inputs: [nameOf(value)], output: outputNameOf(value), attributes: {} })
    }
  }
  const typed = (value: ValueId, name: string) => {
    const { shape, dtype } = infoOf(graph, value)
    return { name, element: dtype, shape }
  }
  const used = new Set(nodes.flatMap(({ inputs }) => inputs))
  const model = encodeModel({
    nodes,
    initializers: [...initializers.values()],
    inputs: graph.inputs.map(({ value }) => typed(value, nameOf(value))).filter(({ name }) => used.has(name)),
    outputs: uniqueBy(
      graph.outputs.map(({ value }) => typed(value, outputNameOf(value))),
      ({ name }) => name,
    ),
  })
  return { model, nameOf, outputNameOf }
}

/** A product with what ONNX Runtime does inside Gemm, but only where it is told: a bias along the rows, a factor. */
interface FusedProduct {
  readonly product: GraphNode
  readonly bias?: ValueId
  readonly factor?: number
}

/** The nodes that are such a whole, and the products that are computed as a part of them. */
function fusedProducts(graph: Graph) {
  const consumers = consumersOf(graph)
  const producers = new Map(graph.nodes.map((node) => [node.output, node]))
  const results = new Set(graph.outputs.map(({ value }) => value))
  const numbers = new Map(graph.constants.map(({ value, data }) => [value, data]))
  const wholes = new Map<ValueId, FusedProduct>()
  const parts = new Set<ValueId>()
  for (const { kernel, inputs, output } of graph.nodes) {
    const product = producers.get(inputs[0]!)
    if (product?.kernel !== 'BatchMatMul' || results.has(product.output)) continue
    if (consumers.get(product.output)!.length > 1) continue
    const shape = infoOf(graph, product.output).shape
    if (infoOf(graph, output).shape.join() !== shape.join()) continue
    const other = infoOf(graph, inputs[1] ?? inputs[0]!).shape
    const factor = numbers.get(inputs[1]!)
    if (kernel === 'Add' && sizeOf(other) === shape[1] && other.at(-1) === shape[1]) {
      wholes.set(output, { product, bias: inputs[1]! })
    } else if (kernel === 'Multiply' && typeof factor === 'number' && other.length === 0) {
      wholes.set(output, { product, factor })
    } else continue
    parts.add(product.output)
  }
  return { wholes, parts }
}

function expand(data: Float32Array | Int32Array | Uint8Array | number, shape: Shape, dtype: DType) {
  if (typeof data !== 'number') return data
  const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }
  return new arrays[dtype](sizeOf(shape)).fill(data)
}

const uniqueBy = <Item>(items: readonly Item[], key: (item: Item) => string): Item[] => [
  ...new Map(items.map((item) => [key(item), item])).values(),
]
