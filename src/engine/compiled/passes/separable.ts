/**
 * Decides whether a step may run separately on parts of a batch, each as a smaller batch, and its results be combined:
 * sums over samples are added, gradients averaged. A step that looks across the batch, as batch normalization does, may
 * not. Follows each value from the inputs on; a value that is not known to be separable makes the whole step
 * inseparable.
 */
import { type Shape, sizeOf } from '../../../base/shape.js'
import { declaredShape, type Graph, type GraphNode, infoOf, isOfSamples, type ValueId } from '../graph/graph.js'
import { BY_ELEMENT } from '../graph/kernels/elementwise.js'
import type { KernelName } from '../graph/kernels.js'
import type { Attributes } from '../graph/value.js'
import { isForUpdate } from './split-update.js'

/** How a value relates to the batch: independent of it, samples along one axis, or a sum over samples. */
type Kind =
  /** The same for all parts. Along an axis that is `even`, all elements are equal. */
  | { readonly of: 'all'; readonly even: readonly boolean[] }
  | Each
  /**
   * A linear sum over the samples. `mean`: a value that is the same for all parts was added to it, so that parts can be
   * averaged but not added.
   */
  | { readonly of: 'sum' | 'mean' }

/** Samples follow one another along `axis`, with `inner` elements each; the whole sequence may repeat. */
interface Each {
  readonly of: 'each'
  readonly axis: number
  readonly inner: number
}

interface Operand {
  readonly kind: Kind
  readonly shape: Shape
}

interface Place {
  /** Number of samples in a part. */
  readonly size: number
  /** Shape of the output. */
  readonly shape: Shape
  readonly attributes: Attributes
}

/** The kind of a kernel's result if an input has samples; undefined if parts would give another result. */
type Rule = (inputs: readonly Operand[], place: Place) => Kind | undefined

/** `size` is the number of samples in the graph's batch, which is a part of a batch. */
export function isSeparable(graph: Graph, size: number): boolean {
  const kinds = kindsOf(graph, size)
  if (!kinds) return false
  const averaged = new Set(graph.outputs.filter(isForUpdate).map(({ value }) => value))
  return graph.outputs.every((output) => {
    const { of } = kinds.get(output.value)!
    if (output.to === 'state') return of === 'all'
    if (!isForUpdate(output)) return of === 'sum' && !averaged.has(output.value)
    return of === 'all' || (of !== 'each' && infoOf(graph, output.value).shape.length > 0)
  })
}

/**
 * True if the graph of one share of a batch, of `size` samples, looks at each sample by itself: its outputs are the same
 * for all shares, or sums and means over samples.
 */
export function looksAtEachSample(graph: Graph, size: number): boolean {
  const kinds = kindsOf(graph, size)
  return kinds !== undefined && graph.outputs.every(({ value }) => kinds.get(value)!.of !== 'each')
}

/** The kind of each value; undefined if one is not known. */
function kindsOf(graph: Graph, size: number): ReadonlyMap<ValueId, Kind> | undefined {
  // with a single sample, its axis cannot be told from other axes of length 1
  if (size < 2) return undefined
  const kinds = new Map<ValueId, Kind>()
  const shapeOf = (value: ValueId): Shape => infoOf(graph, value).shape
  for (const input of graph.inputs) {
    const dims = declaredShape(input)
    if (dims.lastIndexOf(null) > 0) return undefined
    kinds.set(input.value, isOfSamples(input) ? each(0, 1) : all(shapeOf(input.value)))
  }
  for (const { value, data } of graph.constants) {
    const isFilled = typeof data === 'number'
    kinds.set(
      value,
      all(shapeOf(value), () => isFilled),
    )
  }
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((input) => ({ kind: kinds.get(input)!, shape: shapeOf(input) }))
    const kind = kindOf(node, inputs, { size, shape: shapeOf(node.output), attributes: node.attributes })
    if (!kind) return undefined
    kinds.set(node.output, kind)
  }
  return kinds
}

const all = (shape: Shape, isEven = (axis: number) => shape[axis] === 1): Kind => ({
  of: 'all',
  even: [...shape.keys()].map(isEven),
})
const each = (axis: number, inner: number): Each => ({ of: 'each', axis, inner })

function kindOf({ kernel }: GraphNode, inputs: readonly Operand[], place: Place): Kind | undefined {
  if (inputs.every(({ kind }) => kind.of === 'all')) return ofAll(kernel, inputs, place)
  const sums = inputs.filter(({ kind }) => kind.of === 'sum' || kind.of === 'mean')
  if (sums.length > 0) return inputs.some(({ kind }) => kind.of === 'each') ? undefined : ofSums(kernel, inputs)
  return (isByElement(kernel) ? elementwise : RULES[kernel])(inputs, place)
}

type ByElement = keyof typeof BY_ELEMENT

const isByElement = (kernel: KernelName): kernel is ByElement => Object.hasOwn(BY_ELEMENT, kernel)

function ofAll(kernel: KernelName, inputs: readonly Operand[], { shape, attributes }: Place): Kind {
  const [x] = inputs as [Operand]
  switch (kernel) {
    case 'Slice':
    case 'Tile':
      return all(shape, (axis) => isEven(x, axis))
    case 'Transpose':
      return all(shape, (axis) => isEven(x, (attributes.perm as readonly number[])[axis]!))
    default:
      return isByElement(kernel)
        ? all(shape, (axis) => inputs.every((one) => isEven(one, axis - shape.length + one.shape.length)))
        : all(shape)
  }
}

/**
 * True if all elements along an axis are equal. They also are if the axis has length 1 or does not exist, because it is
 * broadcast.
 */
const isEven = ({ kind, shape }: Operand, axis: number): boolean =>
  axis < 0 || shape[axis] === 1 || (kind.of === 'all' && kind.even[axis]!)

/** The kind of a kernel's result if an input is a sum; only kernels that are linear in it are allowed. */
function ofSums(kernel: KernelName, inputs: readonly Operand[]): Kind | undefined {
  const kinds = inputs.map(({ kind }) => kind)
  const [first, second] = kinds
  switch (kernel) {
    case 'Neg':
    case 'Reshape':
    case 'Transpose':
    case 'Slice':
    case 'Sum':
    case 'Mean':
      return first
    case 'Add':
    case 'Sub':
    case 'Concat':
      return kinds.every(({ of }) => of === 'sum') ? first : { of: 'mean' }
    case 'Multiply':
    case 'BatchMatMul':
      return first!.of === 'all' ? second : second!.of === 'all' ? first : undefined
    case 'RealDiv':
      return second!.of === 'all' ? first : undefined
    default:
      return undefined
  }
}

const isEach = (operand: Operand | undefined): operand is Operand & { readonly kind: Each } =>
  operand?.kind.of === 'each'

/** The position of samples, if it is the same in all operands that have samples. */
function onePlace(places: readonly Each[]): Each | undefined {
  const [first] = places
  return places.every(({ axis, inner }) => axis === first?.axis && inner === first.inner) ? first : undefined
}

/** Axes are aligned from the last one, as in broadcasting. */
const elementwise: Rule = (inputs, { shape }) => {
  const fromLeft = ({ shape: own }: Operand, axis: number) => axis + shape.length - own.length
  const found = onePlace(inputs.filter(isEach).map((one) => each(fromLeft(one, one.kind.axis), one.kind.inner)))
  if (!found) return undefined
  const fits = inputs.every(({ kind, shape: own }) => {
    const axis = found.axis - shape.length + own.length
    return kind.of === 'each' ? own[axis] === shape[found.axis] : isEven({ kind, shape: own }, axis)
  })
  return fits ? found : undefined
}

/** A rule for kernels with one operand that change only the axes `touched`: samples must lie along another axis. */
const besides =
  (touched: (attributes: Attributes, shape: Shape) => readonly number[]): Rule =>
  ([x], { attributes }) =>
    isEach(x) && !touched(attributes, x.shape).includes(x.kind.axis) ? x.kind : undefined

const axisOf = ({ axis }: Attributes) => [axis as number]
const where = (shape: Shape, changes: (axis: number) => boolean) => [...shape.keys()].filter(changes)

/**
 * A reduction over axes: over the axis of the samples it is a sum if the kernel is linear, and not allowed otherwise.
 */
const reduction =
  (linear: boolean): Rule =>
  ([x], { attributes }) => {
    if (!isEach(x)) return undefined
    const { axis, inner } = x.kind
    const axes = (attributes.axes ?? [attributes.axis]) as readonly number[]
    if (axes.includes(axis)) return linear ? { of: 'sum' } : undefined
    return attributes.keepDims ? x.kind : each(axis - axes.filter((one) => one < axis).length, inner)
  }

/** Windows over samples along the first axis. */
const windows: Rule = (inputs) => {
  const samples = inputs.filter(isEach)
  return samples.every(({ kind }) => kind.axis === 0) && isEach(inputs[0])
    ? onePlace(samples.map(({ kind }) => kind))
    : undefined
}
const convolution: Rule = (inputs, place) => (isEach(inputs[1]) ? undefined : windows(inputs, place))
const pool: Rule = (inputs, place) => (inputs.every(isEach) ? windows(inputs, place) : undefined)
/** Sums over the samples of two operands. */
const overRows: Rule = (inputs, place) => pool(inputs, place) && { of: 'sum' }

const product: Rule = ([a, b], { shape, attributes: { transposeA, transposeB } }) => {
  const rank = shape.length
  /** Stands for the axis that is summed over, among the axes of the output. */
  const summed = -1
  const placeIn = (operand: Operand | undefined, free: number, transposed: boolean): Each | undefined => {
    if (!isEach(operand)) return undefined
    const { axis, inner } = operand.kind
    const fromEnd = operand.shape.length - axis
    if (fromEnd > 2) return each(rank - fromEnd, inner)
    // rows of a and columns of b are axes of the output
    const goesOn = ((fromEnd === 2) !== transposed) === (free === rank - 2)
    return each(goesOn ? free : summed, inner)
  }
  const ofA = placeIn(a, rank - 2, transposeA as boolean)
  const ofB = placeIn(b, rank - 1, transposeB as boolean)
  if (ofA && ofB) {
    const both = onePlace([ofA, ofB])
    if (!both || both.axis >= rank - 2) return undefined
    return both.axis === summed ? { of: 'sum' } : both
  }
  const only = (ofA ?? ofB)!
  if (only.axis === summed) return undefined
  const other = ofA ? b! : a!
  const broadcast = only.axis >= rank - 2 || (other.shape[only.axis - rank + other.shape.length] ?? 1) === 1
  return broadcast ? only : undefined
}

/** Elements keep their order, so samples are as far apart as before. */
const reshape: Rule = ([x], { size, shape }) => {
  if (!isEach(x)) return undefined
  const apart = x.kind.inner * sizeOf(x.shape.slice(x.kind.axis + 1))
  const axis = shape.findLastIndex((dim, at) => {
    const below = sizeOf(shape.slice(at + 1))
    return apart % below === 0 && (below * dim) % (apart * size) === 0
  })
  return axis < 0 ? undefined : each(axis, apart / sizeOf(shape.slice(axis + 1)))
}

/** Along the axis of the samples, a piece must consist of whole sequences of samples. */
const slice: Rule = ([x], { size, attributes }) => {
  if (!isEach(x)) return undefined
  const { axis, inner } = x.kind
  const ends = [attributes.begin, attributes.size].map((of) => (of as readonly number[])[axis]!)
  return ends.every((end) => end % (size * inner) === 0) ? x.kind : undefined
}

const concat: Rule = (inputs, { size, attributes }) => {
  const found = onePlace(inputs.filter(isEach).map(({ kind }) => kind))
  if (!found) return undefined
  const fits = inputs.every((one) => {
    const isWhole = attributes.axis !== found.axis || one.shape[found.axis]! % (size * found.inner) === 0
    return isWhole && (isEach(one) || isEven(one, found.axis))
  })
  return fits ? found : undefined
}

/** The axes of the indices replace the axis that is gathered along. */
const gather: Rule = ([x, indices], { attributes }) => {
  const axis = attributes.axis as number
  if (isEach(indices)) return isEach(x) ? undefined : each(axis + indices.kind.axis, indices.kind.inner)
  if (!isEach(x) || x.kind.axis === axis) return undefined
  return each(x.kind.axis + (x.kind.axis > axis ? indices!.shape.length - 1 : 0), x.kind.inner)
}

/** Kernels that look at several elements at once. One that is never separable has a rule that gives undefined. */
const RULES: { readonly [Kernel in Exclude<KernelName, ByElement>]: Rule } = {
  Softmax: besides(axisOf),
  LogSoftmax: besides(axisOf),
  Cumsum: besides(axisOf),
  TopKValues: besides((_, shape) => [shape.length - 1]),
  TopKIndices: besides((_, shape) => [shape.length - 1]),
  Reverse: besides(({ axes }) => axes as readonly number[]),
  PadV2: besides(({ paddings }, shape) =>
    where(shape, (axis) => (paddings as readonly number[]).slice(2 * axis, 2 * axis + 2).some((pad) => pad > 0)),
  ),
  Tile: besides(({ reps }, shape) => where(shape, (axis) => (reps as readonly number[])[axis] !== 1)),
  StridedSlice: besides(({ size, strides }, shape) =>
    where(shape, (axis) => (size as number[])[axis] !== shape[axis] || (strides as number[])[axis] !== 1),
  ),
  OneHot: besides(() => []),
  Transpose: ([x], { attributes }) =>
    isEach(x) ? each((attributes.perm as readonly number[]).indexOf(x.kind.axis), x.kind.inner) : undefined,

  Sum: reduction(true),
  Mean: reduction(true),
  Max: reduction(false),
  Min: reduction(false),
  Prod: reduction(false),
  All: reduction(false),
  Any: reduction(false),
  ArgMax: reduction(false),
  ArgMin: reduction(false),

  BatchMatMul: product,
  Reshape: reshape,
  Slice: slice,
  Concat: concat,
  GatherV2: gather,
  UnsortedSegmentSum: overRows,

  Conv2D: convolution,
  Conv2DBackpropInput: convolution,
  Conv2DBackpropFilter: overRows,
  DepthwiseConv2dNative: convolution,
  DepthwiseConv2dNativeBackpropInput: convolution,
  DepthwiseConv2dNativeBackpropFilter: overRows,
  MaxPool: pool,
  MaxPoolGrad: pool,
  AvgPool: pool,
  AvgPoolGrad: pool,
}
