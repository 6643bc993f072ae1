/** ZCA whitening of pictures of the size of CIFAR-10. */
import { expect, test } from 'vitest'
import { sizeOf } from '../../src/base/shape.js'
import { expectClose } from '../support/close.js'
import { learnFrom, make } from '../support/steps.js'
import { covarianceOf, mixedRows } from '../support/whitening.js'

test('the covariance of 3,400 pictures of 32 x 32 x 3 becomes the identity', async () => {
  const shape = [32, 32, 3]
  const rows = mixedRows(shape, 3400)
  const { values } = await make(['ZCAWhitening'], rows, await learnFrom(['ZCAWhitening'], rows, { atOnce: 1000 }))
  const width = sizeOf(shape)
  expect(values).toHaveLength(3400 * width)
  const some = [0, 1, 1500, width - 1]
  const identity = some.flatMap((i) => Array.from({ length: width }, (_, j) => +(i === j)))
  expectClose(covarianceOf(values, width, some), identity, 'covariance', { relative: 0, absolute: 1e-3 })
  // 75 s of a processor
}, 600_000)
