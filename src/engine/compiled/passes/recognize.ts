/** Finds what tfjs spells out in small steps and every runtime has as one kernel. */
import type { Graph, GraphNode, ValueId } from '../graph/graph.js'
import { verify } from '../graph/verify.js'
import { removeUnused } from './simplify.js'

/** Gives the one node for what `node` and those before it spell out, where it does. */
type Pattern = (node: GraphNode, producerOf: (value: ValueId) => GraphNode | undefined) => GraphNode | undefined

/** (x - max x) - log(sum(exp(x - max x))), as tfjs' `logSoftmax` writes it. */
const logSoftmax: Pattern = ({ kernel, inputs, output }, producerOf) => {
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
const softmax: Pattern = ({ kernel, inputs, output }, producerOf) => {
  const logarithm = producerOf(inputs[0]!)
  if (kernel !== 'Exp' || logarithm?.kernel !== 'LogSoftmax') return undefined
  return { kernel: 'Softmax', inputs: logarithm.inputs, attributes: logarithm.attributes, output }
}

const PATTERNS: readonly Pattern[] = [logSoftmax, softmax]

export function recognize(graph: Graph): Graph {
  const producers = new Map<ValueId, GraphNode>()
  const nodes = graph.nodes.map((original) => {
    const producerOf = (value: ValueId) => producers.get(value)
    const found = PATTERNS.map((pattern) => pattern(original, producerOf)).find((one) => one !== undefined)
    const node = found ?? original
    producers.set(node.output, node)
    return node
  })
  return verify(removeUnused({ ...graph, nodes }), 'recognize')
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
