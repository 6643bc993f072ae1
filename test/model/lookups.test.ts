/** A layer that looks up rows must have a row for every number in the data, or is refused. */
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { fieldRange } from '../../src/data/table.js'
import { readSpec } from '../../src/run/read-spec.js'
import { temporaryFolder } from '../support/command.js'
import { dataOf, X } from '../support/data.js'
import { resolveData } from '../support/spec.js'

const problems = async (layers: readonly unknown[], data: object) => {
  const file = join(temporaryFolder({ 'a.json': JSON.stringify(specOf(layers, data)) }), 'a.json')
  const read = await readSpec(file, [], Readable.from([]))
  return 'issues' in read ? read.issues.map(({ pointer, position, message }) => ({ pointer, position, message })) : []
}
const specOf = (layers: readonly unknown[], data: object) => ({
  data,
  model: { type: 'Sequential', layers: [...layers, 'Flatten', { type: 'Dense', units: 2 }] },
  loss: 'mse',
})

const BARS = { dataset: 'bars-and-stripes', size: 2 }
const STANDARD = { ...BARS, standardize: true }
const embedding = (input_dim: number) => ({ type: 'Embedding', name: 'e', input_dim, output_dim: 2 })

test('a number in the data that is too large, with its place and a sufficient size', async () => {
  const message =
    'Embedding "e" is given numbers from 0 to 1 by bars-and-stripes, but has vectors for 0 only; "input_dim": 2 is enough'
  expect(await problems([embedding(1)], BARS)).toEqual([
    { pointer: '/model/layers/0', position: { line: 1, column: 88 }, message },
  ])
  expect(await problems([embedding(2)], BARS)).toEqual([])
})

test.each([
  [['Flatten']],
  [
    [
      { type: 'Reshape', target_shape: [4] },
      { type: 'RepeatVector', n: 2 },
      { type: 'Permute', dims: [2, 1] },
    ],
  ],
  [['Identity']],
])('through layers that only move numbers: %j', async (layers) => {
  expect(await problems([...layers, embedding(1)], BARS)).toMatchObject([{ pointer: `/model/layers/${layers.length}` }])
})

test('within another layer', async () => {
  const layer = { type: 'TimeDistributed', name: 't', layer: embedding(1) }
  const message = expect.stringMatching(/^TimeDistributed "t" is given numbers from 0 to 1 /)
  expect(await problems([layer], BARS)).toMatchObject([{ message }])
})

test('a number below 0, found when the data are read', async () => {
  expect(await problems([embedding(9)], STANDARD)).toMatchObject([
    {
      message:
        'Embedding "e" is given numbers from -1 to 1 by bars-and-stripes, but has vectors for 0 to 8 only, whole numbers from 0 on',
    },
  ])
})

test('numbers that layers compute are not checked as data', async () => {
  for (const layer of [
    { type: 'Dense', units: 2 },
    { type: 'Dropout', rate: 0.5 },
    { type: 'Cropping1D', cropping: 0 },
  ]) {
    expect(await problems([layer, embedding(1)], STANDARD)).toEqual([])
  }
})

test.each(['digits', 'bars-and-stripes', 'mnist-10k'])(
  'the values of %s go from 0 to 1, as is taken for granted',
  async (dataset) => {
    const { train, test } = await dataOf(resolveData(dataset))
    expect(fieldRange([train, test], X)).toEqual({ least: 0, largest: 1 })
  },
)
