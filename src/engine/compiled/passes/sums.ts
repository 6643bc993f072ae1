/** Sums and means of linear expressions: sums first, so that the other operations have fewer numbers to work on. */
import type { ValueId } from '../graph/graph.js'
import type { Attributes } from '../graph/value.js'
import { isScalar, isUsedOnce } from '../graph/view.js'
import { hole, match, op } from './pattern.js'
import { type NewNode, newNode, type Rewriter, type Rule, rule } from './rewriter.js'

const OVER_ROWS = { axes: [0], keepDims: false }
const isOverRows = ({ axes, keepDims }: Attributes) => String(axes) === '0' && !keepDims
const dropsAxes = ({ keepDims }: Attributes) => keepDims === false

/** Replaces sum(-sum(x)), the sum over a batch of its samples' losses, by -sum(sum(x)). */
const sumOfNegatives = rule(op('Sum', [op('Neg', [op('Sum', ['x'])])]), ({ x }, graph, { output }) => {
  if (!isScalar(output, graph)) return undefined
  const axes = graph.infoOf(x).shape.map((_, axis) => axis)
  return newNode('Neg', [graph.add(newNode('Sum', [x], { axes, keepDims: false }))])
})

/** Replaces the mean of a vector or over rows by a sum, which other nodes may share, and a factor. */
const mean = rule(op('Mean', ['x'], { where: isOverRows }), ({ x }, graph, { output, attributes }) => {
  const sum = (isScalar(output, graph) && totalOf(x, graph)) || newNode('Sum', [x], attributes)
  return newNode('Multiply', [graph.add(sum), graph.number(1 / graph.infoOf(x).shape[0]!)])
})

/** Replaces sum(x c) by c sum(x), for a scalar c. */
const sumOfScaled = rule(
  op('Sum', [
    op('Multiply', [hole('x', (value, view) => !isScalar(value, view)), hole('factor', isScalar)], {
      usedOnce: true,
      inOrder: true,
    }),
  ]),
  ({ x, factor }, graph, { attributes }) => newNode('Multiply', [graph.add(newNode('Sum', [x], attributes)), factor]),
)

/**
 * Replaces the sum over a vector of added terms by the sums of the terms. For X w, the weighted rows of X, it is (1' X)
 * w; the gradient of a bias shares 1' X.
 */
const total = rule(op('Sum', ['x'], { where: dropsAxes }), ({ x }, graph, { output }) =>
  isScalar(output, graph) && graph.infoOf(x).shape.length === 1 ? totalOf(x, graph) : undefined,
)

/** X w as a vector. */
const weightedRows = op('Reshape', [
  op('BatchMatMul', ['rows', 'weights'], {
    usedOnce: true,
    where: ({ transposeA, transposeB }) => !transposeA && !transposeB,
  }),
])

/** A node that computes the sum of a vector in a shorter way; undefined if there is none. */
function totalOf(x: ValueId, graph: Rewriter): NewNode | undefined {
  const node = graph.producerOf(x)
  if (!node || !isUsedOnce(x, graph)) return undefined
  const { kernel, inputs } = node
  const shapeOf = (value: ValueId) => graph.infoOf(value).shape.join()
  const isOfTerms = kernel === 'Neg' || kernel === 'Add' || kernel === 'Sub'
  if (isOfTerms && inputs.every((input) => shapeOf(input) === shapeOf(x))) {
    const ways = inputs.map((input) => totalOf(input, graph))
    if (ways.every((way) => way === undefined)) return undefined
    const sums = ways.map((way, index) => way ?? newNode('Sum', [inputs[index]!], OVER_ROWS))
    return newNode(
      kernel,
      sums.map((sum) => graph.add(sum)),
    )
  }
  const found = match(weightedRows, node, graph)
  if (!found) return undefined
  const { rows, weights } = found.values
  const [, width, ...others] = graph.infoOf(rows).shape
  if (others.length > 0 || shapeOf(weights) !== `${width},1`) return undefined
  const sums = graph.add(newNode('Sum', [rows], OVER_ROWS))
  const vector = graph.add(newNode('Reshape', [weights], { shape: [width!] }))
  return newNode('Sum', [graph.add(newNode('Multiply', [sums, vector]))], OVER_ROWS)
}

export const SUM_RULES: readonly Rule[] = [sumOfNegatives, mean, sumOfScaled, total]
