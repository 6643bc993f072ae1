/** Products of matrices in batches are the same on every engine, forward and backward. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, test } from 'vitest'
import type { Shape } from '../../../src/base/shape.js'
import { expectOnEveryEngine, some, withGradients } from '../../support/kernels.js'
import { expectNoTensorLeaks } from '../../support/tensors.js'

expectNoTensorLeaks()

const turned = (shape: Shape, yes: boolean): Shape =>
  yes ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : shape
const orders = [false, true].flatMap((a) => [false, true].map((b) => [a, b] as const))

/** Both have all the batches: tfjs' gradient of a product is for these. */
const SAME: readonly (readonly [Shape, Shape])[] = [
  [[3, 2], [2, 4]], // biome-ignore format: pairs
  [[5, 3, 2], [5, 2, 4]], // biome-ignore format: pairs
  [[2, 3, 1, 2], [2, 3, 2, 4]], // biome-ignore format: pairs
  [[1, 3, 2], [1, 2, 4]], // biome-ignore format: pairs
]
const BROADCAST: readonly (readonly [Shape, Shape])[] = [
  [[5, 3, 2], [2, 4]], // biome-ignore format: pairs
  [[5, 3, 2], [1, 2, 4]], // biome-ignore format: pairs
  [[1, 3, 2], [5, 2, 4]], // biome-ignore format: pairs
  [[2, 2, 3, 2], [1, 1, 2, 4]], // biome-ignore format: pairs
]

describe.each(orders)('products, transposed %s and %s', (transposeA, transposeB) => {
  const given = ([a, b]: readonly [Shape, Shape]) => ({
    a: some(turned(a, transposeA)),
    b: some(turned(b, transposeB), 2),
  })

  test.each(SAME)('%j by %j, with gradients', (a, b) =>
    expectOnEveryEngine(
      withGradients(({ a, b }) => tf.matMul(a!, b!, transposeA, transposeB)),
      given([a, b]),
    ),
  )

  test.each(BROADCAST)('%j by %j', (a, b) =>
    expectOnEveryEngine(({ a, b }) => ({ y: tf.matMul(a!, b!, transposeA, transposeB) }), given([a, b])),
  )
})

test.each([[[4]], [[3, 4]], [[5, 1, 4]]])('a fused product with a bias of %j', (bias) =>
  expectOnEveryEngine(
    ({ a, b, bias }) => ({
      y: tf.fused.matMul({ a: a as tf.Tensor3D, b: b as tf.Tensor3D, bias: bias!, activation: 'elu' }),
    }),
    { a: some([5, 3, 2]), b: some([1, 2, 4], 2), bias: some(bias, 3) },
  ),
)
