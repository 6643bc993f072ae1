/** ZCA whitening of pictures of half the size of CIFAR-10's; of the whole size with WHITENED=all. */
import { expect, test } from 'vitest'
import { sizeOf } from '../../src/base/shape.js'
import { expectClose } from '../support/close.js'
import { learnFrom, make } from '../support/steps.js'
import { covarianceOf, mixedRows } from '../support/whitening.js'

// 75 s of a processor for the whole size, an eighth for half of it
const [shape, count] = process.env.WHITENED === 'all' ? [[32, 32, 3], 3400] : [[32, 16, 3], 1700]

test(`the covariance of ${count} pictures of ${shape.join(' x ')} becomes the identity`, async () => {
  const rows = mixedRows(shape, count)
  const { values } = await make(['ZCAWhitening'], rows, await learnFrom(['ZCAWhitening'], rows, { atOnce: 1000 }))
  const width = sizeOf(shape)
  expect(values).toHaveLength(count * width)
  const some = [0, 1, Math.floor(width / 2), width - 1]
  const identity = some.flatMap((i) => Array.from({ length: width }, (_, j) => +(i === j)))
  expectClose(covarianceOf(values, width, some), identity, 'covariance', { relative: 0, absolute: 1e-3 })
}, 600_000)
