/**
 * Recognizes batch normalization of images and its gradient, for which TensorFlow has a single operator each, in the
 * kernels that `normalizeBatch` (model/layers/normalize.ts) writes.
 */
import { sizeOf } from '../../../base/shape.js'
import type { Graph, GraphNode, ValueId } from '../graph/graph.js'
import type { Attributes } from '../graph/value.js'
import { numberOf, type View } from '../graph/view.js'
import { hole, match, op } from '../passes/pattern.js'
import { type Emitter, FLOAT, type } from './lowerings/lowering.js'
import type { Rewriting, Writer } from './rewriting.js'

/** Inputs and outputs of a normalization, as values of the graph. */
export interface BatchNorm {
  readonly x: ValueId
  readonly gamma: ValueId
  readonly beta: ValueId
  readonly epsilon: number
  /** Number of elements per channel. */
  readonly count: number
  readonly output: ValueId
  readonly mean: ValueId
  /** The biased variance. */
  readonly variance: ValueId
  readonly gradient?: BatchNormGradient | undefined
}

export interface BatchNormGradient {
  readonly dy: ValueId
  readonly dx: ValueId
  readonly dGamma: ValueId
  /** The gradient of beta, if it is the sum of dy; undefined if another node computes it. */
  readonly dBeta?: ValueId | undefined
}

/** An operator that is written in place of a node: a whole normalization, or its gradient. */
export interface Written {
  readonly norm: BatchNorm
  readonly part: 'forward' | 'gradient'
  /** Values that only the replaced nodes use. */
  readonly inner: readonly ValueId[]
}

const isNumber = (value: ValueId, view: View) => numberOf(value, view) !== undefined
const isInput = (value: ValueId, view: View) => view.inputOf(value) !== undefined
const channelSums = { where: ({ axes, keepDims }: Attributes) => String(axes) === '0,1,2' && !keepDims }

const mean = op('Multiply', [op('Sum', ['x'], { ...channelSums, as: 'sum' }), hole('share', isNumber)], { as: 'mean' })
const centered = op('Sub', ['x', mean], { as: 'centered' })
const squares = op('Sum', [op('Square', [centered])], channelSums)
const variance = op('Multiply', [squares, 'share'], { as: 'variance' })
const inverse = op('Rsqrt', [op('Add', [variance, hole('epsilon', isNumber)])], { as: 'inverse' })
const scale = op('Multiply', [inverse, hole('gamma', isInput)], { as: 'scale' })

const FORWARD = op('Add', [op('Multiply', [centered, scale]), hole('beta', isInput)])

const each = op('Multiply', ['scale', 'share'], { as: 'each' })
const weighed = op('Multiply', ['dy', 'centered'], { as: 'weighed' })
const dGamma = op('Multiply', [op('Sum', [weighed], channelSums), 'inverse'], { as: 'dGamma' })
const along = op('Multiply', ['centered', op('Multiply', [op('Multiply', [each, 'inverse']), dGamma])])
const dBeta = op('Sum', ['summed'], { ...channelSums, as: 'dBeta' })
const moved = op('Add', [along, op('Multiply', ['each', dBeta])])

const GRADIENT = op('Sub', [op('Multiply', ['dy', scale], { as: 'straight' }), moved])

/**
 * Finds normalizations. `written` has the operators by the node in whose place they are written; `parts` has the values
 * of all nodes that they replace.
 */
export function batchNormsOf(
  graph: Graph,
  view: View,
): { readonly written: ReadonlyMap<ValueId, Written>; readonly parts: ReadonlySet<ValueId> } {
  const places = new Map(graph.nodes.map(({ output }, index) => [output, index]))
  const isBefore = (a: ValueId, b: ValueId) => places.get(a)! < places.get(b)!
  const gradients = new Map(
    graph.nodes.flatMap((node) => {
      const found = gradientAt(node, view)
      return found ? [[found.scale, found] as const] : []
    }),
  )
  const written = new Map<ValueId, Written>()
  const parts = new Set<ValueId>()
  for (const node of graph.nodes) {
    const found = forwardAt(node, view)
    if (!found) continue
    const candidate = gradients.get(found.scale)
    const at = candidate?.takers.reduce((a, b) => (isBefore(a, b) ? a : b))
    // the gradient needs values that TensorFlow's forward operator saves
    const back = at !== undefined && isBefore(node.output, at) ? candidate : undefined
    const norm = { ...found.norm, gradient: back?.gradient }
    const all = new Set([...found.nodes, ...(back?.nodes ?? [])])
    const { output, mean, variance } = norm
    const outer = [output, mean, variance, back?.gradient.dx, back?.gradient.dGamma, back?.gradient.dBeta]
    const inner = [...all].filter((value) => !outer.includes(value))
    const isWithin = (value: ValueId) =>
      !view.isOutput(value) && view.usersOf(value).every((user) => all.has(user.output))
    if (!inner.every(isWithin)) continue
    const [own, others] = [true, false].map((forward) => inner.filter((value) => found.nodes.has(value) === forward))
    written.set(found.sum, { norm, part: 'forward', inner: own! })
    if (at !== undefined && back) written.set(at, { norm, part: 'gradient', inner: others! })
    for (const value of all) parts.add(value)
  }
  return { written, parts }
}

/** Finds the normalization that ends with this node. */
function forwardAt(node: GraphNode, view: View) {
  const found = match(FORWARD, node, view)
  if (!found) return undefined
  const { x, sum, mean, share, variance, epsilon, scale, gamma, beta } = found.values
  const shape = view.infoOf(x).shape
  const count = sizeOf(shape.slice(0, -1))
  if (shape.length !== 4 || Math.abs(numberOf(share, view)! * count - 1) > 1e-6) return undefined
  const norm = { x, gamma, beta, epsilon: numberOf(epsilon, view)!, count, output: node.output, mean, variance }
  return { norm, sum, scale, nodes: new Set(found.outputs) }
}

/** Finds the gradient that ends with this node. `scale` identifies its normalization. */
function gradientAt(node: GraphNode, view: View) {
  const found = match(GRADIENT, node, view)
  if (!found) return undefined
  const { dy, summed, dBeta, dGamma, scale, weighed, straight } = found.values
  const isOwn = summed === dy
  if (!isOwn && !hasSameSums(dy, summed, view)) return undefined
  const own = isOwn ? [dBeta] : []
  const gradient: BatchNormGradient = { dy, dx: node.output, dGamma, dBeta: own[0] }
  const nodes = found.outputs.filter((value) => isOwn || value !== dBeta)
  return { gradient, scale, takers: [weighed, straight, ...own], nodes }
}

/** True if `pooled` is the gradient of a max pool that was given `given`: it then has the same sums. */
function hasSameSums(pooled: ValueId, given: ValueId, { producerOf }: View): boolean {
  const pool = producerOf(pooled)
  return pool?.kernel === 'MaxPoolGrad' && pool.inputs[0] === given
}

const NORM = { ...FLOAT, U: type('float32'), data_format: { text: 'NHWC' }, is_training: { bool: true } }

export function batchNorms(graph: Graph, view: View): Rewriting {
  const { written, parts } = batchNormsOf(graph, view)
  const writers = [...written].map(([at, one]): [ValueId, Writer] => [at, (emit, nameOf) => nodesOf(emit, one, nameOf)])
  return { written: new Map(writers), replaced: parts }
}

/**
 * Writes the operators of a normalization. Returns names for its outputs, and for inner values, which later nodes may
 * have to wait for.
 */
function nodesOf(
  emit: Emitter,
  { norm, part, inner }: Written,
  nameOf: (value: ValueId) => string,
): [ValueId, string][] {
  const { x, gamma, beta, epsilon, count, output, mean, variance } = norm
  if (part === 'forward') {
    const none = emit.floats([], [0])
    const inputs = [nameOf(x), nameOf(gamma), nameOf(beta), none, none]
    const all = emit.op('FusedBatchNormV3', inputs, { ...NORM, epsilon: { float: epsilon } })
    // the operator returns the unbiased variance, even for a single element
    const biased = emit.op('Mul', [`${all}:2`, emit.float(Math.max(count - 1, 1) / count)], FLOAT)
    return [
      ...inner.map((value): [ValueId, string] => [value, all]),
      [output, all],
      [mean, `${all}:1`],
      [variance, biased],
    ]
  }
  const { dy, dx, dGamma, dBeta } = norm.gradient!
  const saved = [3, 4, 5].map((index) => `${nameOf(output)}:${index}`)
  const inputs = [nameOf(dy), nameOf(x), nameOf(gamma), ...saved]
  const all = emit.op('FusedBatchNormGradV3', inputs, { ...NORM, epsilon: { float: epsilon } })
  return [
    ...inner.map((value): [ValueId, string] => [value, all]),
    [dx, all],
    [dGamma, `${all}:1`],
    ...(dBeta === undefined ? [] : [[dBeta, `${all}:2`] as [ValueId, string]]),
  ]
}
