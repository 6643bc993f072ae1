/** Replaces sequences of kernels that tfjs writes in small steps by fewer kernels. */
import { isDeepStrictEqual } from 'node:util'
import { dropoutConstants } from '../../../base/philox.js'
import type { Graph, ValueId } from '../graph/graph.js'
import { attributesOf, axesOf, isScalar, type View } from '../graph/view.js'
import { hole, op } from './pattern.js'
import { applyRules, newNode, type Rule, rule } from './rewriter.js'
import { SUM_RULES } from './sums.js'

/** (x - max x) - log(sum(exp(x - max x))), as in tfjs' `logSoftmax`. */
const logSoftmax = rule(
  op('Sub', [
    op('Sub', ['x', op('Max', ['x'], { as: 'maximum' })], { as: 'shifted' }),
    op('Log', [op('Sum', [op('Exp', ['shifted'])], { as: 'sum', where: ({ keepDims }) => keepDims === true })]),
  ]),
  ({ x, maximum, sum }, graph) => {
    const attributes = attributesOf(sum, graph)
    const [axis, ...others] = axesOf(attributes)
    if (others.length > 0 || !isDeepStrictEqual(attributesOf(maximum, graph), attributes)) return undefined
    return newNode('LogSoftmax', [x], { axis: axis! })
  },
)

/** exp(log(softmax(x))), in the gradient of `logSoftmax`. */
const softmax = rule(op('Exp', [op('LogSoftmax', ['x'], { as: 'logarithm' })]), ({ x, logarithm }, graph) =>
  newNode('Softmax', [x], attributesOf(logarithm, graph)),
)

/** The rate of dropout, if the value is noise of dropout. */
function dropoutRate(value: ValueId, { inputOf }: View): number | undefined {
  const input = inputOf(value)
  if (input?.from !== 'input' || input.input.kind !== 'noise') return undefined
  const { distribution } = input.input
  return distribution.type === 'dropout' ? distribution.rate : undefined
}

/**
 * The gradient of relu followed by dropout: d noise step(relu z) equals d scale step(relu z noise), because noise is 0
 * or scale. The factor `scale` is then absorbed by the product that makes d.
 */
const droppedRectifier = rule(
  op('Multiply', [
    op('Multiply', ['gradient', hole('noise', (value, view) => dropoutRate(value, view) !== undefined)]),
    op('Step', [op('Relu', ['z'], { as: 'rectified' })], { where: ({ alpha }) => alpha === 0 }),
  ]),
  ({ gradient, noise, rectified }, graph) => {
    const kept = graph
      .usersOf(rectified)
      .find(({ kernel, inputs, output }) => kernel === 'Multiply' && inputs.includes(noise) && graph.producerOf(output))
    if (!kept) return undefined
    const scale = graph.number(dropoutConstants(dropoutRate(noise, graph)!).scale)
    const scaled = graph.add(newNode('Multiply', [gradient, scale]))
    return newNode('Multiply', [scaled, graph.add(newNode('Step', [kept.output], { alpha: 0 }))])
  },
)

/** True if the value is an input of class indices below this bound. */
function isBelow(value: ValueId, bound: number, { inputOf }: View): boolean {
  const input = inputOf(value)
  return input?.from === 'input' && input.input.kind === 'batch' && (input.input.below ?? bound + 1) <= bound
}

/** The identity matrix of this size, row-major. */
const identityMatrix = (size: number) =>
  Float32Array.from({ length: size * size }, (_, index) => (index % (size + 1) === 0 ? 1 : 0))

/** One-hot labels are rows of the identity matrix, if no label is out of range. */
const oneHot = rule(
  op('OneHot', ['labels'], { where: ({ onValue, offValue }) => onValue === 1 && offValue === 0 }),
  ({ labels }, graph, { attributes }) => {
    const depth = attributes.depth as number
    if (!isBelow(labels, depth, graph)) return undefined
    const identity = graph.constant({ shape: [depth, depth], dtype: 'float32' }, identityMatrix(depth))
    return newNode('GatherV2', [identity, labels], { axis: 0 })
  },
)

/** True if the value was written by `oneHot`: each row is 1 at one place and 0 elsewhere. */
function isOneHot(value: ValueId, view: View): boolean {
  const node = view.producerOf(value)
  if (node?.kernel !== 'GatherV2') return false
  const [table, labels] = node.inputs as [ValueId, ValueId]
  const [depth] = view.infoOf(table).shape as [number]
  return isBelow(labels, depth, view) && isDeepStrictEqual(view.constantOf(table), identityMatrix(depth))
}

/** Replaces c t - sum(c t) p by c (t - p), in the gradient of a crossentropy with one-hot labels t, whose sum is 1. */
const crossentropyGradient = rule(
  op('Sub', [
    op('Multiply', [hole('factor', isScalar), hole('labels', isOneHot)], { as: 'target' }),
    op('Multiply', [op('Sum', ['target'], { as: 'sum', where: ({ keepDims }) => keepDims === true }), 'prediction']),
  ]),
  ({ factor, labels, sum, prediction }, graph) => {
    const last = graph.infoOf(labels).shape.length - 1
    if (String(axesOf(attributesOf(sum, graph))) !== String(last)) return undefined
    return newNode('Multiply', [graph.add(newNode('Sub', [labels, prediction])), factor])
  },
)

/**
 * The gradient of relu before max pooling. A window's gradient goes to its largest element, so the step function can be
 * applied to the few maxima instead of all inputs.
 */
const pooledRectifier = rule(
  op('Multiply', [op('MaxPoolGrad', ['dy', 'x', 'largest'], { as: 'gradient' }), op('Step', ['x'], { as: 'step' })]),
  ({ dy, x, largest, gradient, step }, graph) => {
    const slope = graph.add(newNode('Step', [largest], attributesOf(step, graph)))
    const masked = graph.add(newNode('Multiply', [dy, slope]))
    return newNode('MaxPoolGrad', [masked, x, largest], attributesOf(gradient, graph))
  },
)

/** The gradient of max pooling has the same sum per channel as the gradient that it was given. */
const sumOfPooled = rule(
  op('Sum', [op('MaxPoolGrad', ['dy', 'x', 'largest'])], { where: ({ keepDims }) => keepDims === false }),
  ({ dy, x }, graph, { attributes }) => {
    const space = graph.infoOf(x).shape.slice(1, -1)
    if (!space.every((_, axis) => axesOf(attributes).includes(axis + 1))) return undefined
    return newNode('Sum', [dy], attributes)
  },
)

const RULES: readonly Rule[] = [
  logSoftmax,
  softmax,
  ...SUM_RULES,
  droppedRectifier,
  oneHot,
  crossentropyGradient,
  pooledRectifier,
  sumOfPooled,
]

export const recognize = (graph: Graph): Graph => applyRules(graph, RULES, 'recognize')
