/** `"input_dim": "auto"`: an Embedding has as many vectors as the data have numbers. */
import { expect, test } from 'vitest'
import { openOwnSpec, problemsOf } from '../support/own-data.js'

const ROWS = ['"a b c",red,1', '"a",blue,2', '"b b",red,2', '"c d e f",green,1']
const FILES = { 'a.csv': `text,colour,y\n${ROWS.join('\n')}\n` }
const TEXT = { source: 'a.csv', target: 'y', features: { text: { type: 'text' } } }

const embedding = (more: object = {}) => ({ type: 'Embedding', input_dim: 'auto', output_dim: 3, ...more })
const rest = [{ type: 'Flatten' }, { type: 'Dense', units: 'auto', activation: 'softmax' }]
const sequential = (...layers: object[]) => ({ model: { type: 'Sequential', layers: [...layers, ...rest] } })

const dimsOf = async (...spec: Parameters<typeof openOwnSpec>) =>
  [...JSON.stringify((await openOwnSpec(...spec)).spec).matchAll(/"input_dim":(\w+)/g)].map(([, found]) =>
    Number(found),
  )

test('as many as the vocabulary has tokens, with padding and [UNK]', async () => {
  expect(await dimsOf(FILES, TEXT, sequential(embedding()))).toEqual([8])
  const features = { text: { type: 'text', max_tokens: 5 } }
  expect(
    await dimsOf(FILES, { ...TEXT, features }, sequential(embedding({ mask_zero: true }), { type: 'GRU', units: 2 })),
  ).toEqual([5])
})

test('as many as there are categories', async () => {
  const features = { colour: { type: 'string_categorical', output_mode: 'int' } }
  expect(await dimsOf(FILES, { ...TEXT, features }, sequential(embedding()))).toEqual([4])
})

test('through layers that only move numbers, in blocks, and by name', async () => {
  expect(await dimsOf(FILES, TEXT, sequential({ type: 'Reshape', target_shape: [2, 2] }, embedding()))).toEqual([8])
  const block = { type: 'Block', layers: [embedding(), { type: 'Dense', units: 2 }] }
  expect(await dimsOf(FILES, TEXT, sequential(block))).toEqual([8])
  const layers = [
    embedding({ name: 'words', inputs: 'text' }),
    { type: 'Flatten', name: 'flat' },
    embedding({ name: 'colours', inputs: 'colour' }),
    { type: 'Flatten', name: 'flat2' },
    { type: 'Concatenate', name: 'all', inputs: ['flat', 'flat2'] },
    { type: 'Dense', name: 'y', units: 'auto', activation: 'softmax' },
  ]
  const features = { ...TEXT.features, colour: { type: 'string_categorical', output_mode: 'int' } }
  const data = { ...TEXT, features, output_mode: 'dict' }
  expect(await dimsOf(FILES, data, { model: { type: 'Functional', layers } })).toEqual([8, 4])
})

test('is refused where no numbers of tokens or categories come from the data', async () => {
  const problem =
    'found "auto", which only a layer that gets numbers of tokens or categories from the data can have; write a number'
  const features = { text: { type: 'text', output_mode: 'count' } }
  expect(await problemsOf(FILES, { ...TEXT, features }, sequential(embedding()))).toEqual([
    `/model/layers/0/input_dim: ${problem}`,
  ])
  expect(await problemsOf(FILES, TEXT, sequential({ type: 'Dense', units: 2 }, embedding()))).toEqual([
    `/model/layers/1/input_dim: ${problem}`,
  ])
  expect(await problemsOf(FILES, TEXT, { ...sequential(embedding()), ...{ data: { dataset: 'digits' } } })).not.toEqual(
    [],
  )
})

test('a network that does not fit together is reported for itself', async () => {
  const layers = [embedding({ name: 'a', inputs: 'nowhere' }), { type: 'Dense', name: 'y', units: 1 }]
  const found = await problemsOf(FILES, TEXT, { model: { type: 'Functional', layers } })
  expect(found.join()).toContain('nowhere')
  expect(found.join()).not.toContain('auto')
})
