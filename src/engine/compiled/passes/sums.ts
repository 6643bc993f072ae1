/** Sums and means of what is linear: the sum goes first, so that the rest has fewer numbers to work on. */
import type { GraphNode, ValueId } from '../graph/graph.js'
import { type Context, isSame, type Pattern } from './pattern.js'

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

/** The mean of a vector, or of rows: a sum that others may need too. */
const mean: Pattern = ({ kernel, inputs, attributes, output }, context) => {
  const { infoOf, constant, add } = context
  const [x] = inputs as [ValueId]
  if (kernel !== 'Mean' || String(attributes.axes) !== '0' || attributes.keepDims) return undefined
  const info = infoOf(output)
  const count = infoOf(x).shape[0]!
  const sum = (info.shape.length === 0 && totalOf(x, context)) || { kernel: 'Sum', inputs, attributes }
  return { kernel: 'Multiply', inputs: [add(sum, info), constant(1 / count)], attributes: {}, output }
}

/** c sum(x) for sum(c x), c a number. */
const sumOfScaled: Pattern = ({ kernel, inputs, attributes, output }, { producerOf, infoOf, isUsedOnce, add }) => {
  const product = producerOf(inputs[0]!)
  if (kernel !== 'Sum' || product?.kernel !== 'Multiply' || !isUsedOnce(product.output)) return undefined
  const [x, factor] = product.inputs
  if (infoOf(factor!).shape.length > 0 || infoOf(x!).shape.length === 0) return undefined
  const sum = add({ kernel: 'Sum', inputs: [x!], attributes }, infoOf(output))
  return { kernel: 'Multiply', inputs: [sum, factor!], attributes: {}, output }
}

/**
 * The sum of all of a vector that is a sum of terms: of each term by itself. That of the rows of X, weighted by w, is
 * (1' X) w, where 1' X is what the gradient of a bias has too.
 */
const total: Pattern = ({ kernel, inputs, attributes, output }, context) => {
  const { infoOf } = context
  const [x] = inputs
  if (kernel !== 'Sum' || attributes.keepDims || infoOf(output).shape.length > 0) return undefined
  if (infoOf(x!).shape.length !== 1) return undefined
  const found = totalOf(x!, context)
  return found && { ...found, output }
}

type Unnamed = Omit<GraphNode, 'output'>

/** The node that gives the sum of a vector by a shorter way; undefined where there is none. */
function totalOf(x: ValueId, context: Context): Unnamed | undefined {
  const { producerOf, infoOf, isUsedOnce, add } = context
  const node = producerOf(x)
  if (!node || !isUsedOnce(x)) return undefined
  const scalar = { shape: [], dtype: 'float32' } as const
  const each = () => {
    const ways = node.inputs.map((input) => totalOf(input, context))
    if (ways.every((way) => way === undefined)) return undefined
    const sums = ways.map(
      (way, index) =>
        way ?? { kernel: 'Sum' as const, inputs: [node.inputs[index]!], attributes: { axes: [0], keepDims: false } },
    )
    return { kernel: node.kernel, inputs: sums.map((sum) => add(sum, scalar)), attributes: {} }
  }
  switch (node.kernel) {
    case 'Neg':
      return each()
    case 'Add':
    case 'Sub':
      return node.inputs.every((input) => isSame(infoOf(input).shape, infoOf(x).shape)) ? each() : undefined
    case 'Reshape': {
      const product = producerOf(node.inputs[0]!)
      if (product?.kernel !== 'BatchMatMul' || !isUsedOnce(product.output)) return undefined
      const [rows, column] = product.inputs as [ValueId, ValueId]
      const { shape } = infoOf(rows)
      const { transposeA, transposeB } = product.attributes
      if (shape.length !== 2 || infoOf(column).shape.join() !== `${shape[1]},1` || transposeA || transposeB)
        return undefined
      const width = shape[1]!
      const vector = { shape: [width], dtype: 'float32' } as const
      const sums = add({ kernel: 'Sum', inputs: [rows], attributes: { axes: [0], keepDims: false } }, vector)
      const weights = add({ kernel: 'Reshape', inputs: [column], attributes: { shape: [width] } }, vector)
      const weighted = add({ kernel: 'Multiply', inputs: [sums, weights], attributes: {} }, vector)
      return { kernel: 'Sum', inputs: [weighted], attributes: { axes: [0], keepDims: false } }
    }
    default:
      return undefined
  }
}

export const SUM_PATTERNS: readonly Pattern[] = [sumOfNegatives, mean, sumOfScaled, total]
