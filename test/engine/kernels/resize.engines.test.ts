/** Resized images are the same on every engine, and so are the gradients that tfjs has. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, test } from 'vitest'
import { expectOnEveryEngine, some, withGradients } from '../../support/kernels.js'
import { expectNoTensorLeaks } from '../../support/tensors.js'

expectNoTensorLeaks()

const HOW = [
  [false, false],
  [true, false],
  [false, true],
] as const
const SIZES = [
  [6, 8],
  [9, 4],
  [2, 3],
  [1, 1],
  [3, 4],
] as [number, number][]

describe.each(HOW)('resized, aligned to corners %s, by half pixels %s', (alignCorners, halfPixels) => {
  test.each(SIZES)('to %i by %i', (...size) =>
    expectOnEveryEngine(
      ({ x }) => ({
        nearest: tf.image.resizeNearestNeighbor(x as tf.Tensor4D, size, alignCorners, halfPixels),
        bilinear: tf.image.resizeBilinear(x as tf.Tensor4D, size, alignCorners, halfPixels),
      }),
      { x: some([2, 3, 4, 2]) },
    ),
  )
})

// one square image: with more the plain backend's gradient of nearest pixels looks into other images, and that of
// bilinear ones takes height for width
describe.each([false, true])('the gradient, aligned to corners %s', (alignCorners) => {
  test.each([
    [3, 6],
    [4, 2],
    [3, 7],
  ])('from %i to %i', async (from, to) => {
    const x = some([1, from, from, 2])
    const size = (): [number, number] => [to, to]
    await expectOnEveryEngine(
      withGradients(({ x }) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, size(), alignCorners)),
      { x },
    )
    await expectOnEveryEngine(
      withGradients(({ x }) => tf.image.resizeBilinear(x as tf.Tensor4D, size(), alignCorners)),
      { x },
    )
  })
})
