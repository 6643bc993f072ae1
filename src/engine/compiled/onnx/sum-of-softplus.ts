/**
 * log(1 + e^x) summed along rows, as the free energy of an RBM has it: log(1 + e^x) = max(0, x) - log s(|x|), where
 * s(|x|) is above 1/2, so that the product of many of them has one logarithm. ONNX Runtime's Softplus takes two
 * exponentials and two logarithms an element, and a step of contrastive divergence as long for it as for a product.
 */
import type { Graph } from '../graph/graph.js'
import { applyPatterns, type Pattern } from '../passes/pattern.js'

/** Of so many numbers from 1/2 to 1 the product is no subnormal number. */
const MOST_FACTORS = 126
/** With fewer, little is won. */
const LEAST_FACTORS = 8

const sumOfSoftplus: Pattern = ({ kernel, inputs, attributes, output }, { producerOf, infoOf, isUsedOnce, add }) => {
  const softplus = producerOf(inputs[0]!)
  if (kernel !== 'Sum' || softplus?.kernel !== 'Softplus' || !isUsedOnce(softplus.output)) return undefined
  const [x] = softplus.inputs as [number]
  const info = infoOf(x)
  if (info.shape.length !== 2 || String(attributes.axes) !== '1' || attributes.keepDims) return undefined
  const [rows, width] = info.shape as [number, number]
  const factors = largestDivisor(width, MOST_FACTORS)
  if (factors < LEAST_FACTORS) return undefined
  const groups = [rows, width / factors]
  const floats = (shape: readonly number[]) => ({ shape, dtype: 'float32' }) as const
  const size = add({ kernel: 'Abs', inputs: [x], attributes: {} }, info)
  const shares = add({ kernel: 'Sigmoid', inputs: [size], attributes: {} }, info)
  const shape = [...groups, factors]
  const grouped = add({ kernel: 'Reshape', inputs: [shares], attributes: { shape } }, floats(shape))
  const products = add(
    { kernel: 'Prod', inputs: [grouped], attributes: { axes: [2], keepDims: false } },
    floats(groups),
  )
  const logarithms = add({ kernel: 'Log', inputs: [products], attributes: {} }, floats(groups))
  const rest = add({ kernel: 'Sum', inputs: [logarithms], attributes }, infoOf(output))
  const positive = add({ kernel: 'Relu', inputs: [x], attributes: {} }, info)
  const linear = add({ kernel: 'Sum', inputs: [positive], attributes }, infoOf(output))
  return { kernel: 'Sub', inputs: [linear, rest], attributes: {}, output }
}

const largestDivisor = (count: number, most: number): number => {
  for (let divisor = Math.min(count, most); divisor > 1; divisor--) if (count % divisor === 0) return divisor
  return 1
}

export const sumsOfSoftplus = (graph: Graph): Graph => applyPatterns(graph, [sumOfSoftplus], 'sums of softplus')
