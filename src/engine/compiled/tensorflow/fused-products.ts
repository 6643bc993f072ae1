/**
 * Recognizes products of matrices to whose rows a bias is added, with an activation or without: one operator of
 * TensorFlow, which its graph rewriter would write (tensorflow/core/kernels/matmul_op_fused.cc).
 */
import type { Graph, ValueId } from '../graph/graph.js'
import { isUsedOnce, type View } from '../graph/view.js'
import { op } from '../passes/pattern.js'
import { type Emitter, FLOAT } from './lowerings/lowering.js'
import { operatorRule, type Rewriting, rewritingOf } from './rewriting.js'

/** Activations that the operator has. */
const ACTIVATIONS = ['Tanh', 'Sigmoid'] as const

type Values = Readonly<Record<'a' | 'b' | 'bias' | 'product' | 'sum', ValueId>>

const biased = op('Add', [op('BatchMatMul', ['a', 'b'], { as: 'product', usedOnce: true }), 'bias'], { as: 'sum' })

const write =
  (fused: readonly string[]) =>
  ({ a, b, bias, product }: Values, emit: Emitter, nameOf: (value: ValueId) => string, { producerOf }: View) => {
    const { transposeA, transposeB } = producerOf(product)!.attributes
    return emit.op('_FusedMatMul', [a, b, bias].map(nameOf), {
      ...FLOAT,
      transpose_a: { bool: transposeA as boolean },
      transpose_b: { bool: transposeB as boolean },
      num_args: { int: 1 },
      fused_ops: { texts: fused },
    })
  }

/** True for a product of two matrices and a bias along the columns of the result. */
function isOfMatrices({ a, b, bias, product }: Values, { infoOf }: View): boolean {
  const [ofA, ofB, ofBias, whole] = [a, b, bias, product].map((value) => infoOf(value).shape)
  return ofA!.length === 2 && ofB!.length === 2 && ofBias!.length === 1 && ofBias![0] === whole![1]
}

/** True if the sum goes to an activation alone, which takes it. */
const isActivated = ({ sum }: Values, view: View): boolean =>
  isUsedOnce(sum, view) && ACTIVATIONS.some((kernel) => view.usersOf(sum)[0]!.kernel === kernel)

const RULES = [
  operatorRule(biased, write(['BiasAdd']), (values, view) => isOfMatrices(values, view) && !isActivated(values, view)),
  ...ACTIVATIONS.map((kernel) =>
    operatorRule(
      op(kernel, [biased]),
      write(['BiasAdd', kernel]),
      (values, view) => isOfMatrices(values, view) && isActivated(values, view),
    ),
  ),
]

export const fusedProducts = (graph: Graph, view: View): Rewriting => rewritingOf(graph, view, RULES)
