/** Finds what tfjs spells out in small steps and a runtime does in fewer. */
import { dropoutConstants } from '../../../base/philox.js'
import type { Graph } from '../graph/graph.js'
import { applyPatterns, isSame, type Pattern } from './pattern.js'
import { SUM_PATTERNS } from './sums.js'

/** (x - max x) - log(sum(exp(x - max x))), as tfjs' `logSoftmax` writes it. */
const logSoftmax: Pattern = ({ kernel, inputs, output }, { producerOf }) => {
  if (kernel !== 'Sub') return undefined
  const [shifted, logarithm] = inputs.map(producerOf)
  if (shifted?.kernel !== 'Sub' || logarithm?.kernel !== 'Log') return undefined
  const sum = producerOf(logarithm.inputs[0]!)
  const exponential = sum && producerOf(sum.inputs[0]!)
  const maximum = producerOf(shifted.inputs[1]!)
  if (sum?.kernel !== 'Sum' || exponential?.kernel !== 'Exp' || maximum?.kernel !== 'Max') return undefined
  const [x] = shifted.inputs
  const axes = sum.attributes.axes as readonly number[]
  const same =
    exponential.inputs[0] === inputs[0] && maximum.inputs[0] === x && isSame(maximum.attributes, sum.attributes)
  if (!same || axes.length !== 1 || !sum.attributes.keepDims) return undefined
  return { kernel: 'LogSoftmax', inputs: [x!], attributes: { axis: axes[0]! }, output }
}

/** exp(log(softmax(x))), in the gradient of `logSoftmax`. */
const softmax: Pattern = ({ kernel, inputs, output }, { producerOf }) => {
  const logarithm = producerOf(inputs[0]!)
  if (kernel !== 'Exp' || logarithm?.kernel !== 'LogSoftmax') return undefined
  return { kernel: 'Softmax', inputs: logarithm.inputs, attributes: logarithm.attributes, output }
}

/**
 * The gradient of relu, then dropout: d noise step(relu z) is d scale step(relu z noise), for noise is 0 or scale. The
 * scale goes into the product that d comes from.
 */
const droppedRectifier: Pattern = (
  { kernel, inputs, output },
  { producerOf, infoOf, find, dropoutRate, constant, add },
) => {
  const [dropped, step] = inputs.map(producerOf)
  if (kernel !== 'Multiply' || dropped?.kernel !== 'Multiply' || step?.kernel !== 'Step') return undefined
  const [gradient, noise] = dropped.inputs
  const rate = dropoutRate(noise!)
  const kept = find('Multiply', [step.inputs[0]!, noise!])
  const rectified = producerOf(step.inputs[0]!)?.kernel === 'Relu' && step.attributes.alpha === 0
  if (rate === undefined || kept === undefined || !rectified) return undefined
  const { scale } = dropoutConstants(rate)
  const info = infoOf(output)
  const scaled = add({ kernel: 'Multiply', inputs: [gradient!, constant(scale)], attributes: {} }, info)
  const positive = add({ kernel: 'Step', inputs: [kept], attributes: { alpha: 0 } }, info)
  return { kernel: 'Multiply', inputs: [scaled, positive], attributes: {}, output }
}

/** One-hot labels are rows of the identity matrix, where no label is out of range. */
const oneHot: Pattern = ({ kernel, inputs, attributes, output }, { isBelow, identity }) => {
  const { depth, onValue, offValue } = attributes
  if (kernel !== 'OneHot' || onValue !== 1 || offValue !== 0 || !isBelow(inputs[0]!, depth as number)) return undefined
  return { kernel: 'GatherV2', inputs: [identity(depth as number), inputs[0]!], attributes: { axis: 0 }, output }
}

/** c (t - p) for c t - sum(c t) p, in the gradient of a crossentropy with one-hot labels t, whose sum is 1. */
const crossentropyGradient: Pattern = ({ kernel, inputs, output }, { producerOf, infoOf, isOneHot, add }) => {
  if (kernel !== 'Sub') return undefined
  const [target, rest] = inputs.map(producerOf)
  if (target?.kernel !== 'Multiply' || rest?.kernel !== 'Multiply') return undefined
  const [factor, labels] = target.inputs
  const sum = producerOf(rest.inputs[0]!)
  if (infoOf(factor!).shape.length > 0 || !isOneHot(labels!)) return undefined
  const last = infoOf(labels!).shape.length - 1
  const whole = sum?.kernel === 'Sum' && sum.inputs[0] === target.output && isSame(sum.attributes.axes, [last])
  if (!whole || !sum.attributes.keepDims) return undefined
  const difference = add({ kernel: 'Sub', inputs: [labels!, rest.inputs[1]!], attributes: {} }, infoOf(output))
  return { kernel: 'Multiply', inputs: [difference, factor!], attributes: {}, output }
}

/**
 * The gradient of a rectifier before a pool: where the gradient of a window goes, the input is the window's largest
 * element, so the few largest elements can be asked instead of all inputs.
 */
const pooledRectifier: Pattern = ({ kernel, inputs, output }, { producerOf, infoOf, add }) => {
  if (kernel !== 'Multiply') return undefined
  for (const [gradient, step] of [inputs, inputs.toReversed()].map((pair) => pair.map(producerOf))) {
    if (gradient?.kernel !== 'MaxPoolGrad' || step?.kernel !== 'Step') continue
    const [dy, x, largest] = gradient.inputs
    if (step.inputs[0] !== x) continue
    const info = infoOf(dy!)
    const slope = add({ kernel: 'Step', inputs: [largest!], attributes: step.attributes }, info)
    const masked = add({ kernel: 'Multiply', inputs: [dy!, slope], attributes: {} }, info)
    return { ...gradient, inputs: [masked, x!, largest!], output }
  }
  return undefined
}

/** A pool's gradient has in each channel the sum that it was given. */
const sumOfPooled: Pattern = ({ kernel, inputs, attributes, output }, { producerOf, infoOf }) => {
  const gradient = producerOf(inputs[0]!)
  if (kernel !== 'Sum' || attributes.keepDims || gradient?.kernel !== 'MaxPoolGrad') return undefined
  const axes = attributes.axes as readonly number[]
  const space = infoOf(inputs[0]!).shape.slice(1, -1)
  if (!space.every((_, axis) => axes.includes(axis + 1))) return undefined
  return { kernel, inputs: [gradient.inputs[0]!], attributes, output }
}

const PATTERNS: readonly Pattern[] = [
  logSoftmax,
  softmax,
  ...SUM_PATTERNS,
  droppedRectifier,
  oneHot,
  crossentropyGradient,
  pooledRectifier,
  sumOfPooled,
]

export const recognize = (graph: Graph): Graph => applyPatterns(graph, PATTERNS, 'recognize')
