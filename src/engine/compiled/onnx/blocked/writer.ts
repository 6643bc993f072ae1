/** Writes the operators of the nodes that are computed in blocks of channels, and the conversions at their borders. */
import type { Shape } from '../../../../base/shape.js'
import { type Graph, type GraphNode, infoOf, type ValueId } from '../../graph/graph.js'
import { countsOf, spaceOf, type Window, windowIn } from '../../graph/kernels/window.js'
import type { ValueInfo } from '../../graph/value.js'
import { isUsedOnce, numberOf, viewOf } from '../../graph/view.js'
import { ELEMENTWISE_LOWERINGS } from '../lowerings/elementwise.js'
import { type Emitter, reshape } from '../lowerings/lowering.js'
import { type Blocks, blockedShape, filled } from './blocks.js'
import {
  apartOf,
  backward,
  byChannel,
  forward,
  forwardOfFew,
  planesApart,
  readsFasterPadded,
  together,
  turnedWindow,
} from './convolution.js'
import { extentOf } from './extent.js'
import { canTakeSamples, filterGradient, filterGradientByChannel, filterGradientOfOne } from './filter-gradient.js'
import { isLinear, layoutOf } from './layout.js'
import {
  intoBlocks,
  outOfBlocks,
  planesOf,
  type Rest,
  reluGradient,
  scaled,
  scaledPlanes,
  sumsOf,
  sumsOfProduct,
  surrounded,
  totalOf,
} from './passes.js'
import { pooled, poolGradient } from './pooling.js'
import { rectifiersIn } from './rectifiers.js'
import { type Coefficient, ofValue, plus, type Sum, times, written } from './sum-of-terms.js'

export interface BlockedWriter {
  /** True for nodes that this writer writes. */
  has(value: ValueId): boolean
  /**
   * Writes a node. True if its value was written as other nodes read it, (batch, height, width, channels), by the last
   * operator; otherwise only this writer reads it.
   */
  write(emit: Emitter, node: GraphNode): boolean
  /** The type in the model of a value in blocks that was written; undefined for other names. */
  typeOf(name: string): ValueInfo | undefined
}

/** A value in blocks with zeros on the left and on the right of its rows. */
interface Padded {
  readonly value: ValueId
  readonly name: string
  readonly left: number
  readonly right: number
}

/** `nameOf` gives the names of values as other nodes read them. */
export function blockedWriter(graph: Graph, blocks: Blocks, nameOf: (value: ValueId) => string): BlockedWriter {
  const view = viewOf(graph)
  const layout = layoutOf(graph, view, blocks)
  const shapeOf = (value: ValueId): Shape => infoOf(graph, value).shape
  const channelsOf = (shape: Shape) => ({ channels: shape[3]!, wide: filled(shape[3]!, blocks) })
  const isInBlocks = (value: ValueId) => layout.get(value)?.ends === false

  /** Names of values in blocks. */
  const names = new Map<ValueId, string>()
  /** Values that their only reader writes with its own. */
  const open = new Map<ValueId, Sum>()
  /** Gradients of pools, which are written when a node reads them, with the zeros beside rows that it wants. */
  const pools = new Map<ValueId, (left: number, right: number) => string>()
  const padded = new Map<string, Padded>()
  /** Types in the model, by name. */
  const types = new Map<string, ValueInfo>()

  const extentsOf = ({ inputs, output }: GraphNode) => inputs.map((input) => extentOf(shapeOf(input), shapeOf(output)))
  const isLinearNode = (node: GraphNode) => isLinear(node.kernel, extentsOf(node), node.inputs, view)

  /** True if the only reader of a value can add it to others, or rectify it, as it writes it. */
  function isLeftOpen(value: ValueId): boolean {
    if (!isUsedOnce(value, view)) return false
    const [user] = view.usersOf(value) as [GraphNode]
    return isInBlocks(user.output) && (user.kernel === 'Relu' || isLinearNode(user))
  }

  /** The nodes of products that only a sum over samples and planes reads, by their values: that sum multiplies them. */
  const factors = new Map<ValueId, readonly [ValueId, ValueId]>()
  for (const node of graph.nodes) {
    const { kernel, inputs, output } = node
    if (!isInBlocks(output) || !isUsedOnce(output, view)) continue
    const [user] = view.usersOf(output) as [GraphNode]
    if (user.kernel !== 'Sum' || !layout.has(user.output)) continue
    if (kernel === 'Square') factors.set(output, [inputs[0]!, inputs[0]!])
    const wholes = kernel === 'Multiply' && inputs.every((input) => shapeOf(input).join() === shapeOf(output).join())
    if (wholes) factors.set(output, [inputs[0]!, inputs[1]!])
  }

  const rectifiers =
    blocks.threads === 1 && blocks.kernels !== false
      ? rectifiersIn(graph, view, (value) => isInBlocks(value) && !factors.has(value))
      : undefined

  /** The name of a value in blocks, which is converted if it is not. */
  function inBlocks(emit: Emitter, value: ValueId): string {
    return names.get(value) ?? named(value, nameInBlocks(emit, value))
  }

  /** Notes the name of a value in blocks, and returns it. */
  function named(value: ValueId, name: string): string {
    const { dtype, shape } = infoOf(graph, value)
    names.set(value, name)
    types.set(name, { dtype, shape: blockedShape(shape, blocks) })
    return name
  }

  function nameInBlocks(emit: Emitter, value: ValueId): string {
    const sum = open.get(value)
    if (sum) return written(emit, sum, channelsOf(shapeOf(value)), false)
    return pools.get(value)?.(0, 0) ?? intoBlocks(emit, nameOf(value), shapeOf(value))
  }

  const sumOf = (emit: Emitter, value: ValueId): Sum => open.get(value) ?? ofValue(inBlocks(emit, value))

  /** A value in blocks with zeros on the left and on the right of its planes. */
  function paddedAlongRows(emit: Emitter, value: ValueId, left: number, right: number): string {
    if (left === 0 && right === 0) return inBlocks(emit, value)
    const key = `${value} ${left} ${right}`
    const known = padded.get(key)
    if (known) return known.name
    const { wide } = channelsOf(shapeOf(value))
    const pool = names.has(value) ? undefined : pools.get(value)
    const name = pool ? pool(left, right) : surrounded(emit, inBlocks(emit, value), wide, [0, left, 0, right])
    padded.set(key, { value, name, left, right })
    const [batch, channels, height, width] = blockedShape(shapeOf(value), blocks) as [number, number, number, number]
    types.set(name, { dtype: 'float32', shape: [batch, channels, height, left + width + right] })
    return name
  }

  /** A value in blocks with or without zeros beside its rows: as it is known, if it is. */
  function inAnyForm(emit: Emitter, value: ValueId): { name: string; left: number; right: number } {
    const known = names.has(value) ? undefined : [...padded.values()].find((one) => one.value === value)
    return known ?? { name: inBlocks(emit, value), left: 0, right: 0 }
  }

  /** An operand by channel as a coefficient. */
  function coefficientOf(emit: Emitter, value: ValueId, channels: number): Coefficient {
    const number = numberOf(value, view)
    if (number !== undefined) return { number }
    const flat = reshape(emit, nameOf(value), [-1])
    const isVector = shapeOf(value).at(-1) === channels
    return { channels: isVector ? flat : emit.op('Mul', [flat, emit.fill(1, [channels])]) }
  }

  /** The value of a node as a sum of terms; undefined for kernels that are none. */
  function termsOf(emit: Emitter, node: GraphNode): Sum | undefined {
    const { kernel, inputs, attributes, output } = node
    const [first, second] = inputs as [ValueId, ValueId]
    const convolution = (write: (rest: Rest) => string): Sum => ({ terms: [{ of: 'convolution', write }] })
    const filter = {
      name: second === undefined ? '' : nameOf(second),
      shape: second === undefined ? [] : shapeOf(second),
    }
    switch (kernel) {
      case 'Conv2D': {
        const window = windowIn(attributes)
        if (!layout.get(output)!.wholes.includes(first)) {
          const x = { name: nameOf(first), shape: shapeOf(first) }
          return convolution((rest) => forwardOfFew(emit, x, filter, window, blocks, rest))
        }
        const x = narrow(emit, first, window)
        return convolution((rest) => forward(emit, x.name, filter, x.window, blocks, rest))
      }
      case 'Conv2DBackpropInput': {
        const input = attributes.inputShape as number[]
        const window = turnedWindow(filter.shape, windowIn(attributes), input, shapeOf(first))
        if (window) {
          const dy = narrow(emit, first, window)
          return convolution((rest) => backward(emit, dy.name, filter, dy.window, blocks, rest))
        }
        const apart = apartOf(filter.shape, windowIn(attributes), input, shapeOf(first))!
        const dy = inBlocks(emit, first)
        return {
          terms: [
            {
              of: 'planes',
              key: `${apart.strides} ${apart.lengths}`,
              write: (sum) => planesApart(emit, dy, filter, apart, blocks, sum),
              together: (planes) => together(emit, planes, input, apart, blocks),
            },
          ],
        }
      }
      case 'DepthwiseConv2dNative': {
        const x = inBlocks(emit, first)
        return convolution((rest) =>
          byChannel(emit, x, { ...filter, turned: false }, windowIn(attributes), blocks, rest),
        )
      }
      case 'DepthwiseConv2dNativeBackpropInput': {
        const input = attributes.inputShape as number[]
        const window = turnedWindow(filter.shape, windowIn(attributes), input, shapeOf(first))!
        const dy = inBlocks(emit, first)
        return convolution((rest) => byChannel(emit, dy, { ...filter, turned: true }, window, blocks, rest))
      }
    }
    return isLinearNode(node) ? combined(emit, node) : undefined
  }

  /** Narrow planes are read with zeros beside them, and gradients of pools that are yet to be written. */
  function narrow(emit: Emitter, value: ValueId, window: Window) {
    const [top, bottom, left, right] = window.pads as [number, number, number, number]
    const isToWrite = pools.has(value) && !names.has(value)
    if (!isToWrite && !readsFasterPadded(shapeOf(value)[2]!, left, right))
      return { name: inBlocks(emit, value), window }
    return { name: paddedAlongRows(emit, value, left, right), window: { ...window, pads: [top, bottom, 0, 0] } }
  }

  /** Takes the elements of x that a filter's gradient reads. A filter of one element with strides leaves out most. */
  function withoutGaps(emit: Emitter, value: ValueId, window: Window, [height, width]: Shape) {
    const shape = shapeOf(value)
    const padded = (left: number, right: number) => paddedAlongRows(emit, value, left, right)
    const name = inBlocks(emit, value)
    const isPoint = height === 1 && width === 1 && window.pads.every((pad) => pad === 0)
    if (!isPoint || window.strides.every((stride) => stride === 1)) return { name, shape, window, padded }
    const { wide } = channelsOf(shape)
    const [rows, columns] = countsOf(spaceOf(shape), [1, 1], window) as [number, number]
    return {
      name: scaled(emit, name, { a: emit.fill(1, [wide]), channels: wide, strides: window.strides }),
      shape: [shape[0]!, rows, columns, shape[3]!],
      window: { ...window, strides: [1, 1] },
    }
  }

  /** A linear kernel of sums of terms. */
  function combined(emit: Emitter, node: GraphNode): Sum {
    const { kernel, inputs } = node
    const extents = extentsOf(node)
    const { channels } = channelsOf(shapeOf(node.output))
    const operands = inputs.map((input, index): Sum => {
      if (extents[index] === 'whole') return sumOf(emit, input)
      return { terms: [], offset: coefficientOf(emit, input, channels) }
    })
    const [a, b] = operands as [Sum, Sum]
    switch (kernel) {
      case 'Neg':
        return times(emit, a, { number: -1 })
      case 'Add':
        return plus(emit, a, b)
      case 'Sub':
        return plus(emit, a, times(emit, b, { number: -1 }))
      case 'RealDiv':
        return times(emit, a, { number: Math.fround(1 / numberOf(inputs[1]!, view)!) })
      default:
        return extents[0] === 'whole' ? times(emit, a, b.offset!) : times(emit, b, a.offset!)
    }
  }

  /** An elementwise kernel over the memory of its operands. */
  function byElement(emit: Emitter, node: GraphNode): string {
    const extents = extentsOf(node)
    const shape = shapeOf(node.output)
    const [batch, wide, height, width] = blockedShape(shape, blocks) as [number, number, number, number]
    const { channels } = channelsOf(shape)
    const isSpread = extents.some((extent) => extent === 'channels' || extent === 'planes')
    const outer = wide / blocks.size
    const zeros = (name: string, rows: number) =>
      wide === channels
        ? name
        : emit.op('Pad', [reshape(emit, name, [rows, channels]), emit.ints([0, 0, 0, wide - channels])])
    if (isSpread && node.kernel === 'Multiply') {
      const [planes] = node.inputs.filter((_, index) => extents[index] === 'planes') as [ValueId]
      const [whole] = node.inputs.filter((_, index) => extents[index] === 'whole') as [ValueId]
      return scaledPlanes(emit, inBlocks(emit, whole), zeros(nameOf(planes), batch), [batch, wide, height, width])
    }
    const operands = node.inputs.map((input, index) => {
      switch (extents[index]) {
        case 'whole': {
          const name = inBlocks(emit, input)
          return isSpread ? reshape(emit, name, [batch, outer, height, width, blocks.size]) : name
        }
        case 'channels':
          return reshape(emit, zeros(nameOf(input), 1), [1, outer, 1, 1, blocks.size])
        case 'planes':
          return reshape(emit, zeros(nameOf(input), batch), [batch, outer, 1, 1, blocks.size])
        default:
          return nameOf(input)
      }
    })
    const infos = node.inputs.map((input) => infoOf(graph, input))
    const lowering = ELEMENTWISE_LOWERINGS[node.kernel as keyof typeof ELEMENTWISE_LOWERINGS]
    const result = lowering(emit, node, operands, infos)
    return isSpread ? reshape(emit, result, [batch, wide, height, width]) : result
  }

  /** Writes the gradient of a pool with zeros beside its rows; undefined for other kernels. */
  function poolWriter(emit: Emitter, { kernel, inputs, attributes, output }: GraphNode) {
    if (kernel !== 'MaxPoolGrad' && kernel !== 'AvgPoolGrad') return undefined
    const [dy, x, largest] = inputs.map((value) => inBlocks(emit, value)) as [string, string?, string?]
    return (left: number, right: number) =>
      poolGradient(emit, { dy, x, largest }, shapeOf(output), attributes, { left, right }, blocks)
  }

  /** A value in blocks, written with those that were left open for it. */
  function result(emit: Emitter, node: GraphNode): string {
    const { kernel, inputs, attributes, output } = node
    const shape = shapeOf(output)
    const [first] = inputs as [ValueId]
    const rectifier = rectifiers?.gradients.get(output)
    if (rectifier) {
      const [dy, y] = [inBlocks(emit, rectifier.dy), inBlocks(emit, rectifier.y)]
      return reluGradient(emit, { dy, y }, shape, blocks)
    }
    switch (kernel) {
      case 'Relu':
        return written(emit, sumOf(emit, first), channelsOf(shape), true)
      case 'MaxPool':
        return pooled(emit, 'MaxPool', inBlocks(emit, first), attributes)
      case 'AvgPool':
        return pooled(emit, 'AveragePool', inBlocks(emit, first), attributes)
      default:
        return byElement(emit, node)
    }
  }

  /** A node whose result is not in blocks. The last operator gives it. */
  function ending(emit: Emitter, node: GraphNode): void {
    const { kernel, inputs, attributes, output } = node
    const [first, second] = inputs as [ValueId, ValueId]
    if (kernel === 'Sum' || kernel === 'Mean') {
      const shape = blockedShape(shapeOf(first), blocks)
      const pair = factors.get(first)
      const sums = pair
        ? sumsOfProduct(emit, inBlocks(emit, pair[0]), inBlocks(emit, pair[1]), shape)
        : sumsOf(emit, inBlocks(emit, first), shape)
      const [batch, wide, height, width] = shape as [number, number, number, number]
      const { channels } = channelsOf(shapeOf(first))
      const samples = String(attributes.axes) === '0,1,2'
      const share = kernel === 'Mean' ? 1 / ((samples ? batch : 1) * height * width) : 1
      const all = samples ? totalOf(emit, sums, share, shape, blocks) : planesOf(emit, sums, share, shape, blocks)
      const rows = samples ? 1 : batch
      const own =
        wide === channels
          ? all
          : emit.op('Slice', [reshape(emit, all, [rows, wide]), emit.ints([0]), emit.ints([channels]), emit.ints([1])])
      reshape(emit, own, shapeOf(output))
      return
    }
    const filter = attributes.filterShape as number[]
    const window = windowIn(attributes)
    const dy = () => ({ name: inBlocks(emit, second), shape: shapeOf(second) })
    const anyDy = () => ({ ...inAnyForm(emit, second), shape: shapeOf(second) })
    if (kernel === 'DepthwiseConv2dNativeBackpropFilter') {
      filterGradientByChannel(
        emit,
        { name: inBlocks(emit, first), shape: shapeOf(first) },
        dy(),
        window,
        filter,
        blocks,
      )
      return
    }
    const shape = shapeOf(first)
    if (!layout.get(output)!.wholes.includes(first)) {
      const x = { name: nameOf(first), shape }
      if (canTakeSamples(shape, blocks)) filterGradientOfOne(emit, x, dy(), window, filter, blocks)
      else filterGradient(emit, { ...x, few: true }, anyDy(), window, filter, blocks)
      return
    }
    const x = withoutGaps(emit, first, window, filter)
    filterGradient(emit, { ...x, few: false }, anyDy(), x.window, filter, blocks)
  }

  return {
    has: (value) => layout.has(value),
    write(emit, node) {
      const { output } = node
      if (!isInBlocks(output)) {
        ending(emit, node)
        return true
      }
      if (factors.has(output) || rectifiers?.steps.has(output)) return false
      const sum = termsOf(emit, node)
      if (sum && isLeftOpen(output)) {
        open.set(output, sum)
        return false
      }
      const isRead =
        view.isOutput(output) || view.usersOf(output).some((user) => !layout.get(user.output)?.wholes.includes(output))
      const pool = poolWriter(emit, node)
      if (pool) pools.set(output, pool)
      else named(output, sum ? written(emit, sum, channelsOf(shapeOf(output)), false) : result(emit, node))
      if (isRead) outOfBlocks(emit, inBlocks(emit, output), shapeOf(output))
      return isRead
    },
    typeOf: (name) => types.get(name),
  }
}
