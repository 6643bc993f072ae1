/**
 * Lowers a graph to an ONNX model, with a table from kernels to operators and with fusions that ONNX Runtime does not
 * do itself.
 */
import { type Shape, sizeOf } from '../../../base/shape.js'
import { elementsOf } from '../graph/constant.js'
import { consumersOf, type Graph, type GraphNode, infoOf, type ValueId } from '../graph/graph.js'
import type { KernelName } from '../graph/kernels.js'
import type { ValueInfo } from '../graph/value.js'
import { padded } from '../inputs/feeder.js'
import type { Blocks } from './blocked/blocks.js'
import { blockedWriter } from './blocked/writer.js'
import { ARRAY_LOWERINGS } from './lowerings/arrays.js'
import { CONVOLUTION_LOWERINGS } from './lowerings/convolution.js'
import { ELEMENTWISE_LOWERINGS } from './lowerings/elementwise.js'
import type { Emitter, Lowering } from './lowerings/lowering.js'
import { POOLING_LOWERINGS } from './lowerings/pooling.js'
import { gemmAttributes, REDUCTION_LOWERINGS } from './lowerings/reductions.js'
import { encodeModel, type OnnxGraph, type OnnxNode, type OnnxTensor } from './model-writer.js'
import { type Packed, packed } from './sections/packed.js'
import { type Between, isKernel, type KernelNode, type SectionNode, sectionsOf } from './sections/sections.js'

/** A graph in operators of ONNX, before it is encoded. */
export interface Lowered extends Names {
  readonly onnx: OnnxGraph
}

/** A model, and the kernels that run after it. */
export interface LoweredSection {
  readonly model: Uint8Array
  /** Names of what the model reads and writes. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly kernels: readonly KernelNode[]
}

export interface LoweredGraph extends Names {
  readonly sections: readonly LoweredSection[]
  /** Values that a section makes and later ones read, by their names. */
  readonly between: ReadonlyMap<string, Between>
  /** Places of those among them that kernels read or write, in a memory of their own. */
  readonly packed: Packed
}

interface Names {
  /** Names of the model's inputs. */
  readonly inputs: ReadonlySet<string>
  /** ONNX names of the graph's values: as inputs and intermediate values, and as outputs. */
  readonly nameOf: (value: ValueId) => string
  readonly outputNameOf: (value: ValueId) => string
}

/** Begins the names of convolutions that only pass over memory. */
export const PASS = 'pass '

const LOWERINGS: { readonly [Kernel in KernelName]: Lowering } = {
  ...ELEMENTWISE_LOWERINGS,
  ...REDUCTION_LOWERINGS,
  ...ARRAY_LOWERINGS,
  ...CONVOLUTION_LOWERINGS,
  ...POOLING_LOWERINGS,
}

/** Most bytes that kernels can reach: the end of an array is an address too. */
const MOST_BYTES = 2 ** 32 - 2 ** 16

/**
 * With `blocks`, what convolutions read and write lies in blocks of channels, and kernels may run between operators, unless
 * they would need more than `most` bytes.
 */
export function lowerToOnnx(graph: Graph, blocks?: Blocks, most = MOST_BYTES): LoweredGraph {
  const { onnx, nodes, typeOf, ...names } = written(graph, blocks)
  const { sections, between } = sectionsOf(onnx, nodes, typeOf)
  const arrays = [...between].filter(([, { ofKernel }]) => ofKernel)
  const places = packed(arrays.map(([name, { shape, from, to }]) => ({ name, bytes: padded(sizeOf(shape)), from, to })))
  if (blocks && places.bytes > most) return lowerToOnnx(graph, { ...blocks, kernels: false })
  return {
    packed: places,
    sections: sections.map(({ graph, kernels }) => ({
      model: encodeModel(graph),
      inputs: graph.inputs.map(({ name }) => name),
      outputs: graph.outputs.map(({ name }) => name),
      kernels,
    })),
    between,
    ...names,
  }
}

/** Lowers a graph to operators of ONNX alone, for other programs. */
export function lower(graph: Graph): Lowered {
  const { onnx, nodes, inputs, nameOf, outputNameOf } = written(graph)
  return { onnx: { ...onnx, nodes: nodes as readonly OnnxNode[] }, inputs, nameOf, outputNameOf }
}

/** A graph in operators, with kernels between them if it is `blocks` that it is written in. */
interface Written extends Names {
  readonly onnx: Omit<OnnxGraph, 'nodes'>
  readonly nodes: readonly SectionNode[]
  /** The type of a value; undefined if it is not known. */
  readonly typeOf: (name: string) => ValueInfo | undefined
}

function written(graph: Graph, blocks?: Blocks): Written {
  const nodes: SectionNode[] = []
  const initializers = new Map<string, OnnxTensor>()
  const constant = (tensor: OnnxTensor): string => {
    initializers.set(tensor.name, tensor)
    return tensor.name
  }
  const nameOf = (value: ValueId) => `v${value}`
  let temporaries = 0
  const emitter = (output: string): Emitter & { rename(): void } => {
    const from = nodes.length
    const ops: Emitter['ops'] = (type, inputs, attributes, results) => {
      const outputs = Array.from({ length: results }, () => `t${temporaries++}`)
      nodes.push({ type, inputs, outputs, attributes })
      return outputs
    }
    return {
      op: (type, inputs, attributes = {}) => ops(type, inputs, attributes, 1)[0]!,
      ops,
      inBlocks(type, inputs, attributes = {}, isPass = false) {
        const output = `t${temporaries++}`
        const name = isPass ? { name: `${PASS}${output}` } : {}
        nodes.push({ type, ...name, domain: 'com.microsoft.nchwc', inputs, outputs: [output], attributes })
        return output
      },
      kernel(node) {
        const output = `t${temporaries++}`
        nodes.push({ ...node, output })
        return output
      },
      fill: (value, shape = [], dtype = 'float32') =>
        constant({ name: `${dtype} ${value} ${shape}`, element: dtype, shape, data: elementsOf(value, shape, dtype) }),
      matrix: (name, shape, element) =>
        constant({
          name: `${name} ${shape}`,
          element: 'float32',
          shape,
          data: Float32Array.from({ length: sizeOf(shape) }, (_, index) =>
            element(Math.floor(index / shape[1]), index % shape[1]),
          ),
        }),
      int32s: (values) =>
        constant({ name: `n${values}`, element: 'int32', shape: [values.length], data: Int32Array.from(values) }),
      indices(name, make) {
        if (initializers.has(name)) return name
        const data = make()
        return constant({ name, element: 'int32', shape: [data.length], data })
      },
      ints: (values) =>
        constant({
          name: `i${values}`,
          element: 'int64',
          shape: [values.length],
          data: BigInt64Array.from(values, BigInt),
        }),
      /** Gives the first output of the last operator the name of the node's value. */
      rename() {
        const last = nodes.at(-1)
        if (!last || isKernel(last) || nodes.length === from) throw new Error('internal: a lowering wrote no operator')
        nodes[nodes.length - 1] = { ...last, outputs: last.outputs.with(0, output) }
      },
    }
  }

  for (const { value, data } of graph.constants) {
    const { shape, dtype } = infoOf(graph, value)
    constant({ name: nameOf(value), element: dtype, shape, data: elementsOf(data, shape, dtype) })
  }
  const blocked = blocks && blockedWriter(graph, blocks, nameOf)
  const fused = fusedProducts(graph, (value) => blocked?.has(value) ?? false)
  const cuts = cutsOf(graph)
  for (const node of graph.nodes) {
    const emit = emitter(nameOf(node.output))
    if (blocked?.has(node.output)) {
      if (blocked.write(emit, node)) emit.rename()
      continue
    }
    if (fused.parts.has(node.output)) continue
    const cut = cuts.get(node.output)
    if (cut) {
      const { axis, pieces } = cut
      if (pieces[0] !== node) continue // the operator of the first piece gives this one too
      const sizes = emit.ints(pieces.map(({ attributes }) => (attributes.size as number[])[axis]!))
      const outputs = pieces.map(({ output }) => nameOf(output))
      nodes.push({ type: 'Split', inputs: [nameOf(node.inputs[0]!), sizes], outputs, attributes: { axis } })
      continue
    }
    const whole = fused.wholes.get(node.output)
    if (whole) {
      const { product, bias, factor = 1 } = whole
      const names = [...product.inputs, ...(bias === undefined ? [] : [bias])].map(nameOf)
      if (product.kernel === 'BatchMatMul') {
        emit.op('Gemm', names, { ...gemmAttributes(product.attributes), alpha: { float: factor } })
      } else {
        const infos = product.inputs.map((input) => infoOf(graph, input))
        LOWERINGS[product.kernel](emit, product, names, infos)
      }
    } else {
      const infos = node.inputs.map((input) => infoOf(graph, input))
      LOWERINGS[node.kernel](emit, node, node.inputs.map(nameOf), infos)
    }
    emit.rename()
  }
  const given = new Set([...graph.inputs, ...graph.constants].map(({ value }) => value))
  /** An output that no node computes is copied by an Identity operator. */
  const outputNameOf = (value: ValueId) => (given.has(value) ? `copy${value}` : nameOf(value))
  for (const value of new Set(graph.outputs.map((output) => output.value))) {
    if (given.has(value)) {
      nodes.push({ type: 'Identity', inputs: [nameOf(value)], outputs: [outputNameOf(value)], attributes: {} })
    }
  }
  const typed = (value: ValueId, name: string) => {
    const { shape, dtype } = infoOf(graph, value)
    return { name, element: dtype, shape }
  }
  const used = new Set(nodes.flatMap(({ inputs }) => inputs))
  const inputs = graph.inputs.map(({ value }) => typed(value, nameOf(value))).filter(({ name }) => used.has(name))
  const onnx = {
    initializers: [...initializers.values()],
    inputs,
    outputs: uniqueBy(
      graph.outputs.map(({ value }) => typed(value, outputNameOf(value))),
      ({ name }) => name,
    ),
  }
  const made = new Map(graph.nodes.map(({ output }) => [nameOf(output), output]))
  const typeOf = (name: string): ValueInfo | undefined => {
    const value = made.get(name)
    return value === undefined ? blocked?.typeOf(name) : infoOf(graph, value)
  }
  return { onnx, nodes, typeOf, inputs: new Set(inputs.map(({ name }) => name)), nameOf, outputNameOf }
}

/**
 * A product fused with what ONNX Runtime's Gemm can do, but does only if told: adding a bias along the rows or a whole
 * summand, or multiplying by a factor. A convolution likewise takes a bias per channel, and then also a relu, which
 * ONNX Runtime fuses itself.
 */
interface FusedProduct {
  readonly product: GraphNode
  readonly bias?: ValueId
  readonly factor?: number
}

const TAKES_BIAS: ReadonlySet<KernelName> = new Set<KernelName>(['BatchMatMul', 'Conv2D', 'DepthwiseConv2dNative'])

/** Finds the nodes that become fused products (`wholes`), and the products that are parts of them (`parts`). */
function fusedProducts(graph: Graph, isInBlocks: (value: ValueId) => boolean) {
  const consumers = consumersOf(graph)
  const producers = new Map(graph.nodes.map((node) => [node.output, node]))
  const results = new Set(graph.outputs.map(({ value }) => value))
  const numbers = new Map(graph.constants.map(({ value, data }) => [value, data]))
  const wholes = new Map<ValueId, FusedProduct>()
  const parts = new Set<ValueId>()
  for (const { kernel, inputs, output } of graph.nodes) {
    const product = producers.get(inputs[0]!)
    if (!product || !TAKES_BIAS.has(product.kernel) || results.has(product.output)) continue
    if (isInBlocks(product.output)) continue
    if (consumers.get(product.output)!.length > 1) continue
    const shape = infoOf(graph, product.output).shape
    const gemm = product.kernel === 'BatchMatMul'
    if (gemm && product.inputs.some((factor) => infoOf(graph, factor).shape.length !== 2)) continue
    if (infoOf(graph, output).shape.join() !== shape.join()) continue
    const other = infoOf(graph, inputs[1] ?? inputs[0]!).shape
    const factor = numbers.get(inputs[1]!)
    const alongRows = sizeOf(other) === shape.at(-1) && other.at(-1) === shape.at(-1)
    if (kernel === 'Add' && (alongRows || (gemm && other.join() === shape.join()))) {
      wholes.set(output, { product, bias: inputs[1]! })
    } else if (gemm && kernel === 'Multiply' && typeof factor === 'number' && other.length === 0) {
      wholes.set(output, { product, factor })
    } else continue
    parts.add(product.output)
  }
  return { wholes, parts }
}

/** A value that slices cut along one axis into consecutive pieces. */
interface Cut {
  readonly axis: number
  readonly pieces: readonly GraphNode[]
}

/** Finds cuts, by each of their pieces. A cut becomes a single Split operator. */
function cutsOf(graph: Graph): Map<ValueId, Cut> {
  const slices = new Map<ValueId, GraphNode[]>()
  for (const node of graph.nodes) {
    if (node.kernel !== 'Slice') continue
    const [whole] = node.inputs as [ValueId]
    const pieces = slices.get(whole) ?? []
    pieces.push(node)
    slices.set(whole, pieces)
  }
  const cuts = new Map<ValueId, Cut>()
  for (const [whole, pieces] of slices) {
    const axis = axisOfCut(infoOf(graph, whole).shape, pieces)
    if (axis !== undefined) for (const { output } of pieces) cuts.set(output, { axis, pieces })
  }
  return cuts
}

/** The axis along which the pieces follow one another without gaps; undefined if there is none. */
function axisOfCut(shape: Shape, pieces: readonly GraphNode[]): number | undefined {
  if (pieces.length < 2) return undefined
  const sizeAlong = (piece: GraphNode, axis: number) => (piece.attributes.size as number[])[axis]!
  const axis = shape.findIndex((dim, at) => sizeAlong(pieces[0]!, at) !== dim)
  let end = 0
  for (const piece of pieces) {
    const begin = piece.attributes.begin as number[]
    const fits = shape.every((dim, at) => (at === axis ? begin[at] === end : sizeAlong(piece, at) === dim))
    if (!fits) return undefined
    end += sizeAlong(piece, axis)
  }
  return end === shape[axis] ? axis : undefined
}

const uniqueBy = <Item>(items: readonly Item[], key: (item: Item) => string): Item[] => [
  ...new Map(items.map((item) => [key(item), item])).values(),
]
