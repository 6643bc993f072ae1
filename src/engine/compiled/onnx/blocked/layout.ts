/**
 * Decides which values of a graph lie in blocks of channels: those between convolutions, and those that follow from them
 * without another conversion.
 */
import type { Shape } from '../../../../base/shape.js'
import type { Graph, GraphNode, ValueId } from '../../graph/graph.js'
import { BY_ELEMENT } from '../../graph/kernels/elementwise.js'
import { windowIn } from '../../graph/kernels/window.js'
import type { KernelName } from '../../graph/kernels.js'
import type { Attributes } from '../../graph/value.js'
import { numberOf, type View } from '../../graph/view.js'
import { type Blocks, fewestOf, filled, fits } from './blocks.js'
import { apartOf, turnedWindow } from './convolution.js'
import { extentOf } from './extent.js'
import { isTiled } from './pooling.js'

/** How a node is computed in blocks. */
interface Part {
  /** The operands that it takes in blocks; the others it takes as they are. */
  readonly wholes: readonly ValueId[]
  /** True for convolutions and their gradients, which are worth a conversion. */
  readonly seed: boolean
  /** True if its result is not in blocks: sums, and gradients of filters. */
  readonly ends: boolean
}

/** Undefined if the node cannot be computed in blocks. */
type Rule = (node: GraphNode, view: View, blocks: Blocks) => Part | undefined

const seed = (wholes: readonly ValueId[], ends = false): Part => ({ wholes, seed: true, ends })
const inner = (wholes: readonly ValueId[], ends = false): Part => ({ wholes, seed: false, ends })

const isPlanes = ({ length }: Shape): boolean => length === 4
const shapesOf = ({ inputs }: GraphNode, { infoOf }: View): Shape[] => inputs.map((input) => infoOf(input).shape)

/** True for too few channels to fill a block, which the first convolution of a network takes as they are. */
export const isFew = (channels: number, blocks: Blocks): boolean => channels < blocks.size && !fits(channels, blocks)

/** The operand of a convolution that it takes in blocks, if any; undefined if it cannot take it. */
function wholesOf(value: ValueId, channels: number, blocks: Blocks): readonly ValueId[] | undefined {
  if (fits(channels, blocks)) return [value]
  return isFew(channels, blocks) ? [] : undefined
}

const isNotDilated = (attributes: Attributes): boolean =>
  windowIn(attributes).dilations.every((dilation) => dilation === 1)

const RULES: { readonly [Kernel in KernelName]?: Rule } = {
  Conv2D(node, view, blocks) {
    const [x, filter] = shapesOf(node, view) as [Shape, Shape]
    if (!isPlanes(x) || !fits(filter[3]!, blocks)) return undefined
    const wholes = wholesOf(node.inputs[0]!, x[3]!, blocks)
    return wholes && seed(wholes)
  },
  Conv2DBackpropInput(node, view, blocks) {
    const [dy, filter] = shapesOf(node, view) as [Shape, Shape]
    if (!isPlanes(dy) || !fits(dy[3]!, blocks) || !fits(filter[2]!, blocks)) return undefined
    const window = windowIn(node.attributes)
    const input = node.attributes.inputShape as number[]
    const can = turnedWindow(filter, window, input, dy) ?? apartOf(filter, window, input, dy)
    return can && seed([node.inputs[0]!])
  },
  Conv2DBackpropFilter(node, view, blocks) {
    const [x, dy] = shapesOf(node, view) as [Shape, Shape]
    if (!isPlanes(x) || !fits(dy[3]!, blocks) || !isNotDilated(node.attributes)) return undefined
    const wholes = wholesOf(node.inputs[0]!, x[3]!, blocks)
    return wholes && seed([...wholes, node.inputs[1]!], true)
  },
  DepthwiseConv2dNative(node, view, blocks) {
    const [x, filter] = shapesOf(node, view) as [Shape, Shape]
    return isPlanes(x) && filter[3] === 1 && fits(x[3]!, blocks) ? seed([node.inputs[0]!]) : undefined
  },
  DepthwiseConv2dNativeBackpropInput(node, view, blocks) {
    const [dy, filter] = shapesOf(node, view) as [Shape, Shape]
    if (!isPlanes(dy) || filter[3] !== 1 || !fits(dy[3]!, blocks)) return undefined
    const window = turnedWindow(filter, windowIn(node.attributes), node.attributes.inputShape as number[], dy)
    return window && seed([node.inputs[0]!])
  },
  DepthwiseConv2dNativeBackpropFilter(node, view, blocks) {
    const [x, dy] = shapesOf(node, view) as [Shape, Shape]
    return isPlanes(x) && dy[3] === x[3] && fits(dy[3]!, blocks) ? seed(node.inputs, true) : undefined
  },
  MaxPool: pool,
  AvgPool: pool,
  MaxPoolGrad(node, view, blocks) {
    const [, x] = shapesOf(node, view) as [Shape, Shape]
    return isNotDilated(node.attributes) ? gradientOfPool(node, x, blocks) : undefined
  },
  AvgPoolGrad(node, view, blocks) {
    const [dy] = shapesOf(node, view) as [Shape]
    return isTiled(node.attributes) ? gradientOfPool(node, dy, blocks) : undefined
  },
  Sum: sums,
  Mean: sums,
}

function pool(node: GraphNode, view: View, blocks: Blocks): Part | undefined {
  const [x] = shapesOf(node, view) as [Shape]
  return isPlanes(x) && fits(x[3]!, blocks) ? inner(node.inputs) : undefined
}

/** A gradient that a kernel computes, of a pool over planes with as many channels as this shape has. */
const gradientOfPool = (node: GraphNode, shape: Shape, blocks: Blocks): Part | undefined =>
  blocks.kernels !== false && isPlanes(shape) && fits(shape[3]!, blocks) ? inner(node.inputs) : undefined

/** Sums over planes, or over planes and samples. */
function sums(node: GraphNode, view: View, blocks: Blocks): Part | undefined {
  const [x] = shapesOf(node, view) as [Shape]
  const axes = String(node.attributes.axes)
  if (!isPlanes(x) || !fits(x[3]!, blocks) || view.infoOf(node.inputs[0]!).dtype !== 'float32') return undefined
  return axes === '1,2' || axes === '0,1,2' ? inner(node.inputs, true) : undefined
}

/** Kernels that give 0 for zeros, so that the zeros after the last channel stay. */
const KEEPS_ZEROS: ReadonlySet<KernelName> = new Set<KernelName>([
  ...([
    'Add',
    'Sub',
    'Multiply',
    'Neg',
    'Maximum',
    'Minimum',
    'Abs',
    'Square',
    'Sign',
    'Sqrt',
    'Erf',
    'Expm1',
  ] as const),
  ...([
    'Relu',
    'LeakyRelu',
    'Elu',
    'EluGrad',
    'Selu',
    'Tanh',
    'Sin',
    'Sinh',
    'Asinh',
    'Atan',
    'Floor',
    'Ceil',
  ] as const),
])

/** Kernels that give 0 for zeros and any number. */
const KEEPS_ZEROS_BY_NUMBER: ReadonlySet<KernelName> = new Set<KernelName>(['Multiply'])

const isElementwise = (kernel: KernelName): boolean => Object.hasOwn(BY_ELEMENT, kernel)

function byElement(node: GraphNode, view: View, blocks: Blocks): Part | undefined {
  const { shape, dtype } = view.infoOf(node.output)
  if (!isPlanes(shape) || !fits(shape[3]!, blocks) || dtype === 'int32') return undefined
  const extents = node.inputs.map((input) => extentOf(view.infoOf(input).shape, shape))
  if (extents.includes(undefined)) return undefined
  const wholes = node.inputs.filter((_, index) => extents[index] === 'whole')
  if (wholes.length === 0 || wholes.some((input) => view.infoOf(input).dtype === 'int32')) return undefined
  if (wholes.some((input) => numberOf(input, view) !== undefined)) return undefined
  const full = filled(shape[3]!, blocks) === shape[3]
  return full || keepsZeros(node, extents, view) ? inner(wholes) : undefined
}

function keepsZeros({ kernel, inputs, attributes }: GraphNode, extents: readonly unknown[], view: View): boolean {
  if (isLinear(kernel, extents, inputs, view)) return true
  if (kernel === 'Step') return attributes.alpha === 0
  if (!KEEPS_ZEROS.has(kernel)) return false
  return KEEPS_ZEROS_BY_NUMBER.has(kernel) || !extents.includes('number')
}

/** True if the kernel gives a sum of terms (`sum-of-terms.ts`) of its whole operands. */
export function isLinear(
  kernel: KernelName,
  extents: readonly unknown[],
  inputs: readonly ValueId[],
  view: View,
): boolean {
  if (kernel === 'Neg') return true
  const [first, second] = extents
  const isByChannel = (extent: unknown) => extent === 'channels' || extent === 'number'
  if (kernel === 'Add' || kernel === 'Sub') return extents.every((extent) => extent === 'whole' || isByChannel(extent))
  if (kernel === 'Multiply')
    return (first === 'whole' && isByChannel(second)) || (isByChannel(first) && second === 'whole')
  if (kernel === 'RealDiv') return first === 'whole' && numberOf(inputs[1]!, view) !== undefined
  return false
}

/** Convolutions and their gradients by the input. */
const CONVOLUTIONS: ReadonlySet<KernelName> = new Set<KernelName>([
  'Conv2D',
  'Conv2DBackpropInput',
  'DepthwiseConv2dNative',
  'DepthwiseConv2dNativeBackpropInput',
])

export const isConvolution = (kernel: KernelName): boolean => CONVOLUTIONS.has(kernel)

/** The values whose nodes are computed in blocks, with what they take in blocks. */
export type Layout = ReadonlyMap<ValueId, Pick<Part, 'wholes' | 'ends'>>

export function layoutOf(graph: Graph, view: View, blocks: Blocks): Layout {
  const parts = new Map<ValueId, Part>()
  for (const node of graph.nodes) {
    const rule = RULES[node.kernel] ?? (isElementwise(node.kernel) ? byElement : undefined)
    const part = rule?.(node, view, blocks)
    if (part) parts.set(node.output, part)
  }
  const wanted = leadToConvolutions(graph, parts)
  const chosen = new Map<ValueId, Part>()
  const inBlocks = (value: ValueId) => chosen.get(value)?.ends === false
  for (const { output } of graph.nodes) {
    const part = parts.get(output)
    if (!part) continue
    const known = part.wholes.filter(inBlocks)
    if (part.seed || known.length === part.wholes.length || (wanted.has(output) && known.length > 0)) {
      chosen.set(output, part)
    }
  }
  withoutTruthsOutside(graph, view, chosen)
  withoutSmallRegions(graph, chosen, blocks)
  return chosen
}

/** Values that convolutions depend on through nodes that can be in blocks. */
function leadToConvolutions(graph: Graph, parts: ReadonlyMap<ValueId, Part>): ReadonlySet<ValueId> {
  const wanted = new Set<ValueId>()
  for (const { output } of graph.nodes.toReversed()) {
    const part = parts.get(output)
    if (part && (part.seed || (!part.ends && wanted.has(output)))) for (const value of part.wholes) wanted.add(value)
  }
  return wanted
}

/** Truths cannot be converted, so all that make and read them are in blocks, or none. */
function withoutTruthsOutside(graph: Graph, { infoOf, usersOf, isOutput }: View, chosen: Map<ValueId, Part>): void {
  const isTruth = (value: ValueId) => infoOf(value).dtype === 'bool'
  for (let before = -1; before !== chosen.size; ) {
    before = chosen.size
    for (const { output } of graph.nodes) {
      const part = chosen.get(output)
      if (!part) continue
      const given = part.wholes.some((value) => isTruth(value) && !chosen.has(value))
      const read = isTruth(output) && (isOutput(output) || usersOf(output).some((user) => !chosen.has(user.output)))
      if (given || read) chosen.delete(output)
    }
  }
}

function withoutSmallRegions(graph: Graph, chosen: Map<ValueId, Part>, blocks: Blocks): void {
  const regions = new Map<ValueId, ValueId>()
  const regionOf = (value: ValueId): ValueId => {
    let root = value
    while (regions.get(root) !== undefined && regions.get(root) !== root) root = regions.get(root)!
    regions.set(value, root)
    return root
  }
  for (const [output, { wholes }] of chosen) {
    for (const value of wholes) if (chosen.has(value)) regions.set(regionOf(value), regionOf(output))
  }
  const counts = new Map<ValueId, number>()
  for (const { kernel, output } of graph.nodes) {
    if (!chosen.has(output) || !isConvolution(kernel)) continue
    counts.set(regionOf(output), (counts.get(regionOf(output)) ?? 0) + 1)
  }
  for (const output of [...chosen.keys()]) {
    if ((counts.get(regionOf(output)) ?? 0) < fewestOf(blocks)) chosen.delete(output)
  }
}
