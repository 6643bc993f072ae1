/**
 * Normalization of a batch of pictures and its gradient, which TensorFlow has as one operator each: the kernels that
 * `normalizeBatch` (model/layers/normalize.ts) writes, found again.
 */
import { consumersOf, type Graph, type GraphNode, infoOf, type ValueId } from '../graph/graph.js'
import type { KernelName } from '../graph/kernels.js'
import { type Emitter, FLOAT, type } from './lowerings/lowering.js'
import type { Rewriting, Writer } from './rewriting.js'

/** Values of the graph: what goes in, and what comes out. */
export interface BatchNorm {
  readonly x: ValueId
  readonly gamma: ValueId
  readonly beta: ValueId
  readonly epsilon: number
  /** Elements a channel. */
  readonly count: number
  readonly output: ValueId
  readonly mean: ValueId
  /** Biased. */
  readonly variance: ValueId
  readonly gradient?: BatchNormGradient | undefined
}

export interface BatchNormGradient {
  readonly dy: ValueId
  readonly dx: ValueId
  readonly dGamma: ValueId
  /** Where it is the sum of dy; else another node has it already. */
  readonly dBeta?: ValueId | undefined
}

/** What is written in place of a node: of a whole normalization, or of its gradient. */
export interface Written {
  readonly norm: BatchNorm
  readonly part: 'forward' | 'gradient'
  /** Values that nobody else takes. */
  readonly inner: readonly ValueId[]
}

/** By the node where they are to be written, and the values of all nodes that they replace. */
export function batchNormsOf(graph: Graph): {
  readonly written: ReadonlyMap<ValueId, Written>
  readonly parts: ReadonlySet<ValueId>
} {
  const written = new Map<ValueId, Written>()
  const parts = new Set<ValueId>()
  const look = lookAt(graph)
  for (const sum of graph.nodes) {
    const found = look.forward(sum)
    if (!found) continue
    const back = look.gradient(found)
    const all = [...found.inner, ...found.outer, ...(back ? [...back.inner, ...back.outer] : [])]
    const closed = [...found.inner, ...(back?.inner ?? [])].every((value) => look.isWithin(value, all))
    if (!closed) continue
    const norm = { ...found.norm, gradient: back?.gradient }
    for (const value of all) parts.add(value)
    written.set(sum.output, { norm, part: 'forward', inner: found.inner })
    if (back) written.set(back.first, { norm, part: 'gradient', inner: back.inner })
  }
  return { written, parts }
}

const NORM = { ...FLOAT, U: type('float32'), data_format: { text: 'NHWC' }, is_training: { bool: true } }

export function batchNorms(graph: Graph): Rewriting {
  const { written, parts } = batchNormsOf(graph)
  const writers = [...written].map(([at, one]): [ValueId, Writer] => [at, (emit, nameOf) => nodesOf(emit, one, nameOf)])
  return { written: new Map(writers), replaced: parts }
}

/** Names are of values that others take, and of those that lie within, for who must wait for them. */
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
    // what it gives is the unbiased variance, of a single element too
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

const AXES = '0,1,2'

function lookAt(graph: Graph) {
  const producers = new Map(graph.nodes.map((node) => [node.output, node]))
  const places = new Map(graph.nodes.map((node, index) => [node.output, index]))
  const consumers = consumersOf(graph)
  const results = new Set(graph.outputs.map(({ value }) => value))
  const numbers = new Map(graph.constants.map(({ value, data }) => [value, data]))
  const rankOf = (value: ValueId) => infoOf(graph, value).shape.length

  const users = (value: ValueId | undefined, kernel: KernelName): GraphNode[] =>
    (consumers.get(value!) ?? []).filter((node) => node.kernel === kernel)
  /** The one node of a kernel that takes these, in either order where that is the same. */
  const of = (kernel: KernelName, ...inputs: (ValueId | undefined)[]): ValueId | undefined => {
    const found = users(inputs[0], kernel).find((node) => {
      const [a, b] = node.inputs
      const [c, d] = inputs
      return (a === c && b === d) || (kernel !== 'Sub' && a === d && b === c)
    })
    return found?.output
  }
  const isSum = (node: GraphNode | undefined) =>
    node?.kernel === 'Sum' && `${node.attributes.axes}` === AXES && node.attributes.keepDims === false
  const sumOf = (value: ValueId | undefined) => users(value, 'Sum').find(isSum)?.output
  /** The node of a kernel with a number, and the number. */
  const withNumber = (kernel: KernelName, value: ValueId | undefined) => {
    for (const node of users(value, kernel)) {
      const number = numbers.get(node.inputs.find((input) => input !== value)!)
      if (typeof number === 'number') return { value: node.output, number }
    }
    return undefined
  }
  /** The node of a kernel with something that is there from the beginning. */
  const withGiven = (kernel: KernelName, value: ValueId | undefined, except: readonly ValueId[] = []) => {
    const node = users(value, kernel).find(({ inputs }) =>
      inputs.some(
        (input) => input !== value && !producers.has(input) && !numbers.has(input) && !except.includes(input),
      ),
    )
    return node && { value: node.output, given: node.inputs.find((input) => input !== value)! }
  }

  function forward(sum: GraphNode) {
    const [x] = sum.inputs
    if (!isSum(sum) || rankOf(x!) !== 4) return undefined
    const count = infoOf(graph, x!)
      .shape.slice(0, 3)
      .reduce((all, dim) => all * dim, 1)
    const isShare = (share: number) => Math.abs(share * count - 1) < 1e-6
    const mean = withNumber('Multiply', sum.output)
    const centered = mean && isShare(mean.number) ? of('Sub', x, mean.value) : undefined
    const square = users(centered, 'Square')[0]?.output
    const squares = sumOf(square)
    const variance = withNumber('Multiply', squares)
    if (!variance || !isShare(variance.number)) return undefined
    const shifted = withNumber('Add', variance.value)
    const inverse = users(shifted?.value, 'Rsqrt')[0]?.output
    const scale = withGiven('Multiply', inverse)
    const scaled = of('Multiply', centered, scale?.value)
    const output = withGiven('Add', scaled)
    if (!output) return undefined
    const norm = {
      ...{ x: x!, gamma: scale!.given, beta: output.given, epsilon: shifted!.number, count },
      ...{ output: output.value, mean: mean!.value, variance: variance.value },
    }
    const inner = [sum.output, centered!, square!, squares!, shifted!.value, inverse!, scale!.value, scaled!]
    return {
      ...{ norm, inner, outer: [norm.output, norm.mean, norm.variance] },
      ...{ centered: centered!, inverse: inverse!, scale: scale!.value, isShare },
    }
  }

  function gradient({ centered, inverse, scale, isShare, norm }: NonNullable<ReturnType<typeof forward>>) {
    const each = withNumber('Multiply', scale)
    if (!each || !isShare(each.number)) return undefined
    const curved = of('Multiply', each.value, inverse)
    for (const { inputs, output: weighed } of users(centered, 'Multiply')) {
      const dy = inputs.find((input) => input !== centered)!
      const sum = sumOf(weighed)
      const dGamma = of('Multiply', sum, inverse)
      const slope = of('Multiply', curved, dGamma)
      const along = of('Multiply', centered, slope)
      const straight = of('Multiply', dy, scale)
      const moved = users(along, 'Add')[0]
      const shift = producers.get(moved?.inputs.find((input) => input !== along) ?? -1)
      const dx = of('Sub', straight, moved?.output)
      const dBeta = shift?.kernel === 'Multiply' ? shift.inputs.find((input) => input !== each.value) : undefined
      if (dx === undefined || dBeta === undefined || !shift!.inputs.includes(each.value)) continue
      const isOwn = isSum(producers.get(dBeta)) && producers.get(dBeta)!.inputs[0] === dy
      if (!isOwn && !sumsBefore(dBeta, dy)) continue
      const inner = [each.value, curved!, weighed, sum!, slope!, along!, straight!, moved!.output, shift!.output]
      const outer = [dx, dGamma!, ...(isOwn ? [dBeta] : [])]
      const takers = [weighed, straight!, ...(isOwn ? [dBeta] : [])]
      const first = takers.reduce((a, b) => (places.get(a)! < places.get(b)! ? a : b))
      const found: BatchNormGradient = { dy, dx, dGamma: dGamma!, dBeta: isOwn ? dBeta : undefined }
      return places.get(norm.output)! < places.get(first)! ? { gradient: found, inner, outer, first } : undefined
    }
    return undefined
  }

  /** What a pool hands back has the sum of what it is given. */
  function sumsBefore(sum: ValueId, dy: ValueId): boolean {
    const pool = producers.get(dy)
    return (
      pool?.kernel === 'MaxPoolGrad' && isSum(producers.get(sum)) && producers.get(sum)!.inputs[0] === pool.inputs[0]
    )
  }

  const isWithin = (value: ValueId, all: readonly ValueId[]): boolean =>
    !results.has(value) && consumers.get(value)!.every(({ output }) => all.includes(output))

  return { forward, gradient, isWithin }
}
