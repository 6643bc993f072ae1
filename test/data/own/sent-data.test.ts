/** A host without the files has the same data from the pack of another one. */
import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { PARTS } from '../../../src/data/data.js'
import { type FileFacts, filesBehind, hasFiles, openSent, packOwn } from '../../../src/data/own/sent-data.js'
import { readRows, type Table } from '../../../src/data/table.js'
import { UNWATCHED } from '../../../src/data/watch.js'
import { dataKey } from '../../../src/run/data-key.js'
import { type CheckedSpec, orThrow, readSpec, readText } from '../../../src/run/read-spec.js'
import { targetKindOf } from '../../../src/spec/target-kinds.js'
import { ownCache } from '../../support/own-cache.js'
import { ownSpec, REGRESSION } from '../../support/own-data.js'
import { greyPng } from '../../support/png.js'

ownCache()

type Files = Parameters<typeof ownSpec>[0]

const CSV = [
  'id,size,colour,text,when,share,kind',
  ...Array.from({ length: 60 }, (_, row) =>
    [
      ...[row % 20, row % 9 === 4 ? '' : row / 7, ['red', 'blue', '', 'green'][row % 4], `word${row % 5} and more`],
      ...[row, (row % 11) / 10, 'abc'[row % 3]],
    ].join(','),
  ),
].join('\n')

const PICTURE = { type: 'image', image_size: [4, 4], color_mode: 'grayscale' }
const pictures = (folder: string, count: number): Files =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`${folder}/${'ab'[index % 2]}/${index}.png`, greyPng(4, 4, index)]),
  )
const flat = (spec: object = {}) => ({
  model: { type: 'Sequential', layers: ['Flatten', { type: 'Dense', units: 'auto', activation: 'softmax' }] },
  ...spec,
})
const FLAT_REGRESSION = {
  ...REGRESSION,
  ...flat(),
  model: { type: 'Sequential', layers: ['Flatten', { type: 'Dense', units: 'auto' }] },
}

const CASES: readonly [string, Files, object, object][] = [
  [
    'columns, of which steps learn, and shares of the rows',
    { 'rows.csv': CSV },
    {
      ...{ source: 'rows.csv', target: 'kind', test: 0.2, weight: 'share' },
      features: {
        size: { type: 'float_normalized', missing: 'median' },
        id: 'integer_categorical',
        colour: 'string_categorical',
      },
    },
    { fit: { validation_split: 0.3 } },
  ],
  [
    'files of their own for validation and test, and nothing decided',
    { 'rows.csv': CSV, 'val.csv': CSV, 'test.csv': CSV },
    { source: 'rows.csv', validation: 'val.csv', test: 'test.csv', target: 'kind', ignore: ['text', 'size', 'colour'] },
    {},
  ],
  [
    'a text with a vocabulary in a file',
    { 'rows.csv': CSV, 'words.txt': 'word1\nword2\n' },
    {
      ...{ source: 'rows.csv', target: 'kind' },
      features: { text: { type: 'text', vocabulary: 'words.txt', output_mode: 'count' } },
    },
    {},
  ],
  [
    'windows of a series',
    { 'rows.csv': CSV },
    {
      ...{ source: 'rows.csv', features: { when: 'float' }, target: 'share', split: 'last' },
      window: { sequence_length: 8, order_by: 'when' },
    },
    { ...FLAT_REGRESSION, fit: { validation_split: 0.3 } },
  ],
  [
    'pictures in folders',
    pictures('photos', 12),
    { source: 'photos', features: { image: PICTURE } },
    flat({ fit: { validation_split: 0.25 } }),
  ],
  [
    'pictures that a table names, augmented, without a file for rows',
    {
      ...pictures('photos', 6),
      'rows.csv': `name,kind\n${[0, 1, 2, 3, 4, 5].map((row) => `${'ab'[row % 2]}/${row}.png,${'xy'[row % 2]}`).join('\n')}`,
    },
    {
      ...{ source: 'rows.csv', target: 'kind', cache: 'memory' },
      features: {
        photo: {
          ...PICTURE,
          column: 'name',
          directory: 'photos',
          augment: [{ type: 'RandomFlip', mode: 'horizontal' }],
        },
      },
    },
    flat(),
  ],
]

const requestOf = ({ spec, data }: CheckedSpec) => {
  if (!('source' in data.given)) throw new Error('no data of the user')
  const kindOf = targetKindOf(spec as Parameters<typeof targetKindOf>[0])
  return { data: data.given, seed: spec.seed, fit: spec.fit, kindOf, watch: UNWATCHED }
}

const read = async (path: string) => orThrow(await readSpec(path, [], Readable.from([])))

/** The values of all rows, as epoch 3 reads them. */
const bytesOf = (table: Table) =>
  Object.entries(readRows(table, 0, table.count, 3)).map(([name, { buffer }]) => [
    name,
    Buffer.from(buffer).toString('hex'),
  ])

describe.each(CASES)('%s', (_, files, data, rest) => {
  test('are the same from a pack, when the files are gone', async () => {
    const path = ownSpec(files, data, rest)
    const first = await read(path)
    const own = await first.data.load()
    const names = Object.keys(files).map((name) => join(dirname(path), name))
    const facts = await filesBehind(requestOf(first))
    expect(facts.map(([name]) => name).toSorted()).toEqual(names.toSorted())
    expect(await hasFiles(facts)).toBe(true)
    const { pack } = await packOwn(requestOf(first), () => {})
    for (const name of names) rmSync(name)
    expect(await hasFiles(facts)).toBe(false)
    const there = orThrow(
      await readText(JSON.stringify(first.spec), '-', [], UNWATCHED, {
        open: async (request) => {
          if (!('source' in request.data)) throw new Error('no data of the user')
          return openSent({ ...request, data: request.data }, pack)
        },
      }),
    )
    const sent = await there.data.load()
    expect(dataKey(sent)).toBe(dataKey(own))
    expect({ ...sent.form, name: '' }).toEqual({ ...own.form, name: '' })
    for (const part of PARTS) expect(bytesOf(sent[part])).toEqual(bytesOf(own[part]))
    const { data: _, ...settled } = first.spec
    const { data: __, ...same } = there.spec
    expect(same).toEqual(settled)
    await expect(there.data.raw()).rejects.toThrow('is on another machine.')
  })
})

test('another host has the files if all of them are there with their sizes and times', async () => {
  const [, files, data] = CASES[0]!
  const spec = ownSpec(files, data)
  const path = join(dirname(spec), 'rows.csv')
  const facts = await filesBehind(requestOf(await read(spec)))
  const [[, , second]] = facts as [FileFacts]
  const bytes = readFileSync(path)
  const isThereWith = async (content: Uint8Array, time: number) => {
    writeFileSync(path, content)
    utimesSync(path, time, time)
    return hasFiles(facts)
  }
  expect(await isThereWith(bytes, second)).toBe(true)
  expect(await isThereWith(bytes, second + 1)).toBe(false)
  expect(await isThereWith(bytes.subarray(1), second)).toBe(false)
})
