/** Functions of single elements are the same on every engine, and so are their gradients. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, test } from 'vitest'
import { type Computation, expectOnEveryEngine, type Operands, some, withGradients } from '../../support/kernels.js'
import { expectNoTensorLeaks } from '../../support/tensors.js'

expectNoTensorLeaks()

const line = (...values: number[]) => ({ shape: [values.length], values })
/** Small ones, where digits are lost, and large ones. */
const any = line(-12, -3.2, -1, -0.5, -0.3, -1e-3, -1e-6, 0, 1e-7, 1e-4, 0.5, 0.7, 1, 1.5, 2.5, 3.5, 6.1, 12)
const inside = line(-0.9, -0.5, -1e-4, 0, 1e-5, 0.3, 0.99)
const aboveOne = line(1.001, 1.5, 2, 7, 100)
const aboveMinusOne = line(-0.99, -0.6, -0.5, -0.3, -1e-4, -1e-7, 0, 1e-6, 0.2, 0.5, 3, 1e5)
const halves = line(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, -0.49, 0.51, 7)
const special = line(0, 1, -1, 3e38, 1e-30)

type Unary = (x: tf.Tensor) => tf.Tensor
const FUNCTIONS: Readonly<Record<string, [Operands[string], Unary]>> = {
  floor: [halves, tf.floor],
  ceil: [halves, tf.ceil],
  round: [halves, tf.round],
  expm1: [any, tf.expm1],
  log1p: [aboveMinusOne, tf.log1p],
  sin: [any, tf.sin],
  cos: [any, tf.cos],
  tan: [inside, tf.tan],
  asin: [inside, tf.asin],
  acos: [inside, tf.acos],
  atan: [any, tf.atan],
  sinh: [inside, tf.sinh],
  cosh: [inside, tf.cosh],
  asinh: [any, tf.asinh],
  acosh: [aboveOne, tf.acosh],
  atanh: [inside, tf.atanh],
  relu6: [any, tf.relu6],
}

const a = line(-7, -7, 7, 7, 3, -3, 5.5, -0.5, 0, 0, 6)
const b = line(3, -3, 3, -3, 5, 5, -2, 1.5, 2, -2, 3)
const image = some([2, 3, 4])
const whole = (x: tf.Tensor) => tf.cast(x, 'int32')

const OTHERS: Readonly<Record<string, [Operands, Computation]>> = {
  mod: [{ a, b }, withGradients(({ a, b }) => tf.mod(a!, b!))],
  'mod of whole numbers': [{ a, b: line(3) }, ({ a, b }) => ({ y: tf.mod(whole(a!), whole(b!)) })],
  'floor of a quotient': [
    { a, b },
    ({ a, b }) => ({ y: tf.floorDiv(a!, b!), z: tf.floorDiv(whole(a!), tf.add(whole(b!), 9)) }),
  ],
  atan2: [
    { y: line(1, -1, 2, -2, 0, 0, 3, -3, 0), x: line(1, 1, -1, -1, 2, -2, 0, 0, 0) },
    ({ x, y }) => ({ angle: tf.atan2(y!, x!) }),
  ],
  'the gradient of atan2': [{ y: line(1, -1, 2), x: line(1, 2, -1) }, withGradients(({ x, y }) => tf.atan2(y!, x!))],
  'squared difference': [{ a, b }, withGradients(({ a, b }) => tf.squaredDifference(a!, b!))],
  'prelu, a slope for each channel': [
    { image, slope: some([4], 2) },
    withGradients(({ image, slope }) => tf.prelu(image!, slope!)),
  ],
  'or, finite, infinite, not a number': [
    { special },
    ({ special }) => {
      const huge = tf.mul(special!, 10)
      const odd = tf.sub(huge, huge)
      return {
        or: tf.logicalOr(tf.greater(special!, 0), tf.less(special!, 0)),
        finite: tf.isFinite(huge),
        infinite: tf.isInf(huge),
        nan: tf.isNaN(odd),
        both: tf.isFinite(odd),
      }
    },
  ],
  'a sum of many': [{ a, b }, withGradients(({ a, b }) => tf.addN([a!, b!, a!]))],
  'batch normalization': [
    { image, mean: some([4], 2), variance: line(0.5, 1, 2, 3), offset: some([4], 3), scale: some([4], 4) },
    ({ image, mean, variance, offset, scale }) => ({
      y: tf.batchNorm(
        image!,
        mean as tf.Tensor1D,
        variance as tf.Tensor1D,
        offset as tf.Tensor1D,
        scale as tf.Tensor1D,
      ),
      z: tf.batchNorm(image!, mean as tf.Tensor1D, variance as tf.Tensor1D),
    }),
  ],
  'numbers in a row': [
    { a },
    ({ a }) => ({
      y: tf.add(tf.linspace(-1, 1, 11), a!),
      z: tf.add(tf.range(0, 11), a!),
      down: tf.add(tf.cast(tf.range(22, 0, -2, 'int32'), 'float32'), a!),
    }),
  ],
}

describe('on every engine', () => {
  test.each(Object.entries(FUNCTIONS))('%s', (_, [x, f]) =>
    expectOnEveryEngine(
      withGradients(({ x }) => f(x!)),
      { x },
      { tolerance: { relative: 1e-5, absolute: 1e-9 } },
    ),
  )

  test.each(Object.entries(OTHERS))('%s', (_, [operands, f]) => expectOnEveryEngine(f, operands))
})

describe('a fused convolution', () => {
  test.each(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const)('with %s', (activation) =>
    expectOnEveryEngine(
      ({ x, filter, bias, slope }) => {
        const given = {
          x: x as tf.Tensor4D,
          filter: filter as tf.Tensor4D,
          strides: 1,
          pad: 'same' as const,
          bias: bias!,
          activation,
          ...(activation === 'prelu' && { preluActivationWeights: slope! }),
          ...(activation === 'leakyrelu' && { leakyreluAlpha: 0.3 }),
        }
        return { y: tf.fused.conv2d(given), z: tf.fused.depthwiseConv2d(given) }
      },
      { x: some([2, 4, 3, 2]), filter: some([3, 2, 2, 2], 2), bias: some([1], 3), slope: some([1], 4) },
    ),
  )
})
