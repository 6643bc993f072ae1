/**
 * Recognizes gradients of relu, sigmoid and tanh, for which TensorFlow has a single operator each. tfjs writes them
 * with two or three kernels; the gates of recurrent layers (model/layers/gates.ts) reuse a product that they have
 * computed.
 */
import type { Graph, ValueId } from '../graph/graph.js'
import type { KernelName } from '../graph/kernels.js'
import { numberOf, type View } from '../graph/view.js'
import { hole, op } from '../passes/pattern.js'
import { FLOAT } from './lowerings/lowering.js'
import { type OperatorRule, operatorRule, type Rewriting, rewritingOf } from './rewriting.js'

const INNER = { usedOnce: true }
const one = hole('one', (value, view) => numberOf(value, view) === 1)

/** A hole for the result of a kernel, or a slice of it. */
const madeBy = (kernel: KernelName) => {
  const isMade = (value: ValueId, view: View): boolean => {
    const node = view.producerOf(value)
    return node?.kernel === kernel || (node?.kernel === 'Slice' && isMade(node.inputs[0]!, view))
  }
  return hole('y', isMade)
}
const sigmoid = madeBy('Sigmoid')
const tanh = madeBy('Tanh')

const relu = operatorRule(
  op('Multiply', [op('Step', ['x'], { ...INNER, where: ({ alpha }) => alpha === 0 }), 'dy']),
  ({ x, dy }, emit, nameOf) => emit.op('ReluGrad', [dy, x].map(nameOf), FLOAT),
)

/** dy y (1 - y) */
const ofSigmoid = operatorRule(
  op('Multiply', [op('Multiply', [sigmoid, op('Sub', [one, 'y'], INNER)], INNER), 'dy']),
  ({ y, dy }, emit, nameOf) => emit.op('SigmoidGrad', [y, dy].map(nameOf), FLOAT),
)

/** dy (1 - y^2) */
const ofTanh = operatorRule(
  op('Multiply', [op('Sub', [one, op('Square', [tanh], INNER)], INNER), 'dy']),
  ({ y, dy }, emit, nameOf) => emit.op('TanhGrad', [y, dy].map(nameOf), FLOAT),
)

/** dy (p - p y) with p = factor y */
const ofScaledSigmoid = operatorRule(
  op('Multiply', [
    op('Sub', [op('Multiply', ['factor', sigmoid], { as: 'p' }), op('Multiply', ['p', 'y'], INNER)], INNER),
    'dy',
  ]),
  ({ y, dy, factor }, emit, nameOf) =>
    emit.op('SigmoidGrad', [nameOf(y), emit.op('Mul', [dy, factor].map(nameOf), FLOAT)], FLOAT),
)

/** dy (factor - p y) with p = factor y */
const ofScaledTanh = operatorRule(
  op('Multiply', [
    op('Sub', ['factor', op('Multiply', [op('Multiply', ['factor', tanh], { as: 'p' }), 'y'], INNER)], INNER),
    'dy',
  ]),
  ({ y, dy, factor }, emit, nameOf) =>
    emit.op('TanhGrad', [nameOf(y), emit.op('Mul', [dy, factor].map(nameOf), FLOAT)], FLOAT),
)

/** The operators do not broadcast. */
const RULES = [relu, ofTanh, ofSigmoid, ofScaledSigmoid, ofScaledTanh].map(
  (rule): OperatorRule =>
    (node, view) => {
      if (node.kernel !== 'Multiply') return undefined
      const [first, second] = node.inputs.map((input) => view.infoOf(input).shape.join())
      return first === second ? rule(node, view) : undefined
    },
)

export const activationGradients = (graph: Graph, view: View): Rewriting => rewritingOf(graph, view, RULES)
