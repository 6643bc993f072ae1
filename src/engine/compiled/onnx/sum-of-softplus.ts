/**
 * log(1 + e^x) summed along rows, as the free energy of an RBM has it: log(1 + e^x) = max(0, x) - log s(|x|), where
 * s(|x|) is above 1/2, so that the product of many of them has one logarithm. ONNX Runtime's Softplus takes two
 * exponentials and two logarithms an element, and a step of contrastive divergence as long for it as for a product.
 */
import type { Graph } from '../graph/graph.js'
import { op } from '../passes/pattern.js'
import { applyRules, newNode, rule } from '../passes/rewriter.js'

/** Of so many numbers from 1/2 to 1 the product is no subnormal number. */
const MOST_FACTORS = 126
/** With fewer, little is won. */
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
