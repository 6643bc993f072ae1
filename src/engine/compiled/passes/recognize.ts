/** Finds what tfjs spells out in small steps and a runtime does in fewer. */
import { dropoutConstants } from '../../../base/philox.js'
import type { Graph, GraphNode, ValueId, ValueInfo } from '../graph/graph.js'
import { verify } from '../graph/verify.js'
import { removeUnused } from './simplify.js'

/** What a pattern may ask about the graph before a node, and add to it. */
interface Context {
  producerOf(value: ValueId): GraphNode | undefined
  infoOf(value: ValueId): ValueInfo
  /** The value of an earlier node of these inputs, in any order. */
  find(kernel: GraphNode['kernel'], inputs: readonly ValueId[]): ValueId | undefined
  /** The rate of dropout where the value is its noise. */
  dropoutRate(value: ValueId): number | undefined
  constant(value: number): ValueId
  /** Puts a node before the one that is looked at. */
  add(node: Omit<GraphNode, 'output'>, info: ValueInfo): ValueId
}

/** Gives the one node for what `node` and those before it spell out, where it does. */
type Pattern = (node: GraphNode, context: Context) => GraphNode | undefined

/** (x - max x) - log(sum(exp(x - max x))), as tfjs' `logSoftmax` writes it. */
const logSoftmax: Pattern = ({ kernel, inputs, output }, { producerOf }) => {
  if (kernel !== 'Sub') return undefined
  const [shifted, logarithm] = inputs.map(producerOf)
  if (shifted?.kernel !== 'Sub' || logarithm?.kernel !== 'Log') return undefined
  const sum = producerOf(logarithm.inputs[0]!)
  const exponential = sum && producerOf(sum.inputs[0]!)
  const maximum = producerOf(shifted.inputs[1]!)
  if (sum?.kernel !== 'Sum' || exponential?.kernel !== 'Exp' || maximum?.kernel !== 'Max') return undefined
  const [x] = shifted.inputs
  const axes = sum.attributes.axes as readonly number[]
  const same =
    exponential.inputs[0] === inputs[0] && maximum.inputs[0] === x && isSame(maximum.attributes, sum.attributes)
  if (!same || axes.length !== 1 || !sum.attributes.keepDims) return undefined
  return { kernel: 'LogSoftmax', inputs: [x!], attributes: { axis: axes[0]! }, output }
}

/** exp(log(softmax(x))), in the gradient of `logSoftmax`. */
const softmax: Pattern = ({ kernel, inputs, output }, { producerOf }) => {
  const logarithm = producerOf(inputs[0]!)
  if (kernel !== 'Exp' || logarithm?.kernel !== 'LogSoftmax') return undefined
  return { kernel: 'Softmax', inputs: logarithm.inputs, attributes: logarithm.attributes, output }
}

/** -sum(sum(x)) for sum(-sum(x)): the sum over a batch of the losses of its samples. */
const sumOfNegatives: Pattern = ({ kernel, inputs, output }, { producerOf, infoOf, add }) => {
  const negative = producerOf(inputs[0]!)
  const sum = negative && producerOf(negative.inputs[0]!)
  if (kernel !== 'Sum' || infoOf(output).shape.length > 0) return undefined
  if (negative?.kernel !== 'Neg' || sum?.kernel !== 'Sum') return undefined
  const axes = infoOf(sum.inputs[0]!).shape.map((_, axis) => axis)
  const total = add({ kernel: 'Sum', inputs: sum.inputs, attributes: { axes, keepDims: false } }, infoOf(output))
  return { kernel: 'Neg', inputs: [total], attributes: {}, output }
}

/**
 * The gradient of relu, then dropout: d noise step(relu z) is d scale step(relu z noise), for noise is 0 or scale. The
 * scale goes into the product that d comes from.
 */
const droppedRectifier: Pattern = (
  { kernel, inputs, output },
  { producerOf, infoOf, find, dropoutRate, constant, add },
) => {
  const [dropped, step] = inputs.map(producerOf)
  if (kernel !== 'Multiply' || dropped?.kernel !== 'Multiply' || step?.kernel !== 'Step') return undefined
  const [gradient, noise] = dropped.inputs
  const rate = dropoutRate(noise!)
  const kept = find('Multiply', [step.inputs[0]!, noise!])
  const rectified = producerOf(step.inputs[0]!)?.kernel === 'Relu' && step.attributes.alpha === 0
  if (rate === undefined || kept === undefined || !rectified) return undefined
  const { scale } = dropoutConstants(rate)
  const info = infoOf(output)
  const scaled = add({ kernel: 'Multiply', inputs: [gradient!, constant(scale)], attributes: {} }, info)
  const positive = add({ kernel: 'Step', inputs: [kept], attributes: { alpha: 0 } }, info)
  return { kernel: 'Multiply', inputs: [scaled, positive], attributes: {}, output }
}

const PATTERNS: readonly Pattern[] = [logSoftmax, softmax, sumOfNegatives, droppedRectifier]

export function recognize(graph: Graph): Graph {
  const values = new Map(graph.values)
  const constants = [...graph.constants]
  const nodes: GraphNode[] = []
  const producers = new Map<ValueId, GraphNode>()
  let next = Math.max(-1, ...values.keys()) + 1
  const define = (info: ValueInfo): ValueId => {
    values.set(next, info)
    return next++
  }
  const push = (node: GraphNode): ValueId => {
    nodes.push(node)
    producers.set(node.output, node)
    return node.output
  }
  const context: Context = {
    producerOf: (value) => producers.get(value),
    infoOf: (value) => values.get(value)!,
    find: (kernel, inputs) =>
      nodes.find((node) => node.kernel === kernel && isSame(node.inputs.toSorted(), inputs.toSorted()))?.output,
    dropoutRate(value) {
      const input = graph.inputs.find((one) => one.value === value)
      if (input?.from !== 'input' || input.input.kind !== 'noise') return undefined
      const { distribution } = input.input
      return distribution.type === 'dropout' ? distribution.rate : undefined
    },
    constant(data) {
      const value = define({ shape: [], dtype: 'float32' })
      constants.push({ value, data })
      return value
    },
    add: (node, info) => push({ ...node, output: define(info) }),
  }
  for (const node of graph.nodes) {
    push(PATTERNS.map((pattern) => pattern(node, context)).find((one) => one !== undefined) ?? node)
  }
  return verify(removeUnused({ ...graph, values, constants, nodes }), 'recognize')
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
