/** Crosses of features of a table. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { inputKey } from '../../../src/base/form.js'
import { loadData } from '../../../src/data/load.js'
import { readRows } from '../../../src/data/table.js'
import { resolveData, resolveLoss } from '../../support/spec.js'

const folder = mkdtempSync(join(tmpdir(), 'crosses-'))
afterAll(() => rmSync(folder, { recursive: true }))
const source = join(folder, 'table.csv')
writeFileSync(source, 'town,band,y\na,1,2\nb,1,3\na,2,4\nb,2,5\n')

const load = (data: object) =>
  loadData({
    data: resolveData({ source, target: 'y', ...data }),
    seed: 0,
    fit: { validation_split: 0 },
    loss: resolveLoss('mse'),
  })
const features = { town: 'string_categorical', band: 'integer_categorical' }

test('a cross lies beside the features', async () => {
  const { form, train } = await load({ features, crosses: [{ feature_names: ['town', 'band'], crossing_dim: 1000 }] })
  expect(form.inputs.features).toEqual({ shape: [1006], dtype: 'uint8', divisor: 1, values: 'binary' })
  const values = readRows(train, 0, 4, null)[inputKey('features')]!
  const crosses = [0, 1, 2, 3].map((row) => values.subarray(row * 1006 + 6, (row + 1) * 1006).indexOf(1))
  expect(new Set(crosses).size).toBe(4)
  expect(crosses).not.toContain(-1)
})

test('or is an input of its own', async () => {
  const numbers = { town: { type: 'string_categorical', output_mode: 'int' }, band: { type: 'integer_hashed' } }
  const cross = { feature_names: ['town', 'band'], output_mode: 'int' }
  const { form } = await load({ features: numbers, crosses: [cross], output_mode: 'dict' })
  expect(Object.keys(form.inputs)).toEqual(['town', 'band', 'town_X_band'])
  expect(form.inputs.town_X_band).toEqual({ shape: [1], dtype: 'int32', divisor: 1, values: 'class', classes: 32 })
})

test('of features whose types were not given', async () => {
  await expect(load({ crosses: [['town', 'band']] })).rejects.toThrow(
    '/data/crosses/0/feature_names/1: found "band" of type "float_normalized", must be a feature of categories, hashes or bins',
  )
})
