/** Archives of Keras' data sets have a training and a test part. */
import { expect, test } from 'vitest'
import { kerasParts } from '../../../src/data/arrays/keras-parts.js'
import { expected, tableOf } from '../../support/arrays.js'
import { allRows } from '../../support/raw-table.js'

test('x_train, y_train, x_test and y_test are two tables', async () => {
  const parts = kerasParts(await tableOf('keras.npz'))!
  expect(Object.keys(parts.train.columns)).toEqual(['x', 'y'])
  expect(await allRows(parts.train)).toEqual({
    count: 4,
    columns: { x: expected.pictures.slice(0, 4).flat(2), y: [1, 0, 1, 0] },
  })
  expect(await allRows(parts.test)).toEqual({
    count: 2,
    columns: { x: expected.pictures.slice(4).flat(2), y: [1, 1] },
  })
  expect(await parts.test.facts(['y'])).toMatchObject({ y: { whole: true } })
  expect(await parts.train.distinct('y', 5)).toEqual(['0', '1'])
})

test('other archives are one table', async () => expect(kerasParts(await tableOf('text.npz'))).toBeNull())
