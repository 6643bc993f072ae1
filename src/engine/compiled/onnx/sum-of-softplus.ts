/**
 * Sums of log(1 + e^x) along rows, as in the free energy of an RBM. log(1 + e^x) = max(0, x) - log s(|x|), and s(|x|)
 * is at least 1/2, so one logarithm of a product replaces many. ONNX Runtime's Softplus takes two exponentials and two
 * logarithms per element, as long as a product in a step of contrastive divergence.
 */
import type { Graph } from '../graph/graph.js'
import { op } from '../passes/pattern.js'
import { applyRules, newNode, rule } from '../passes/rewriter.js'

/** A product of this many numbers from 1/2 to 1 is not subnormal. */
const MOST_FACTORS = 126
/** With fewer factors little time is saved. */
const LEAST_FACTORS = 8

const sumOfSoftplus = rule(
  op('Sum', [op('Softplus', ['x'], { usedOnce: true })], {
    where: ({ axes, keepDims }) => String(axes) === '1' && !keepDims,
  }),
  ({ x }, { infoOf, add }, { attributes }) => {
    const [rows, width, ...others] = infoOf(x).shape as [number, number, ...number[]]
    const factors = largestDivisor(width, MOST_FACTORS)
    if (others.length > 0 || factors < LEAST_FACTORS) return undefined
    const shares = add(newNode('Sigmoid', [add(newNode('Abs', [x]))]))
    const grouped = add(newNode('Reshape', [shares], { shape: [rows, width / factors, factors] }))
    const products = add(newNode('Prod', [grouped], { axes: [2], keepDims: false }))
    const rest = add(newNode('Sum', [add(newNode('Log', [products]))], attributes))
    const linear = add(newNode('Sum', [add(newNode('Relu', [x]))], attributes))
    return newNode('Sub', [linear, rest])
  },
)

const largestDivisor = (count: number, most: number): number => {
  for (let divisor = Math.min(count, most); divisor > 1; divisor--) if (count % divisor === 0) return divisor
  return 1
}

export const sumsOfSoftplus = (graph: Graph): Graph => applyRules(graph, [sumOfSoftplus], 'sums of softplus')
