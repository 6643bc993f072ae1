/** Features of type text in data of the user: their files, what a run saves of them, and how they reach a model. */
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { inputKey } from '../../../src/base/form.js'
import { readRows, type Table } from '../../../src/data/table.js'
import { readSpec } from '../../../src/run/read-spec.js'
import { kerasFixture } from '../../support/keras.js'
import { ownCache } from '../../support/own-cache.js'
import { loaded, openOwnSpec, ownSpec, problemsOf } from '../../support/own-data.js'

ownCache()

const TOKENIZER = readFileSync(join(import.meta.dirname, '../../fixtures/tokenizers/wordpiece.json'))
const FILES = {
  'a.csv': `text,y\n"Der Hund, der Hund",1\n"die Katze",2\n"日本語の本",1\n"über 3 Hunde",2\n`,
  'words.txt': 'hund\nkatze\n',
  'tokenizer.json': TOKENIZER,
}
const data = (feature: object) => ({ source: 'a.csv', features: { text: { type: 'text', ...feature } }, target: 'y' })
const rowsOf = (table: Table, name = 'text') => [...readRows(table, 0, table.count, null)[inputKey(name)]!]

const FEATURES = [
  {},
  { output_mode: 'tf_idf', ngrams: 2 },
  { output_mode: 'multi_hot', max_tokens: 4, pad_to_max_tokens: true },
  { split: 'words', locale: 'ja' },
  { vocabulary: 'words.txt', output_mode: 'count' },
  { tokenizer: 'tokenizer.json' },
  { tokenizer: 'tokenizer.json', output_mode: 'multi_hot' },
]

describe.each(FEATURES.map((feature) => [JSON.stringify(feature), feature] as const))('%s', (_, feature) => {
  test('is the same for other rows, from a pack, and from the spec that a run saves', async () => {
    const first = await loaded(FILES, { ...data(feature), validation: 'a.csv', test: 'a.csv' })
    const values = rowsOf(first.data.train)
    expect(rowsOf(first.data.validation)).toEqual(values)
    expect(rowsOf(first.data.test)).toEqual(values)
    const settled = await loaded(FILES, {
      ...JSON.parse(JSON.stringify(first.open.data)),
      ...paths(feature),
      source: 'a.csv',
      validation: null,
      test: null,
    })
    expect(rowsOf(settled.data.train)).toEqual(values)
    const path = ownSpec(FILES, { ...data(feature), cache: 'disk' })
    for (const packed of [false, true]) {
      const read = await readSpec(path, [], Readable.from([]))
      if (!('spec' in read)) throw new Error(JSON.stringify(read.issues))
      expect(read.data.decided.join()).toMatch(packed ? /Its rows come from the pack/ : /^(?!.*from the pack)/)
      expect(rowsOf((await read.data.load()).train)).toEqual(values)
      expect(read.data.texts).toHaveLength(1)
    }
  })
})

/** A file of `ownSpec` lies beside the spec. */
const paths = (feature: object) => ({ features: { text: { type: 'text', ...feature } } })

test('files are found from the folder of the spec, and a pack is made anew when they change', async () => {
  const path = ownSpec({ 'a.csv': FILES['a.csv'] }, { ...data({ vocabulary: 'in/words.txt' }), cache: 'disk' })
  const words = join(dirname(path), 'in/words.txt')
  mkdirSync(dirname(words))
  const depth = async () => {
    const read = await readSpec(path, [], Readable.from([]))
    if (!('spec' in read)) throw new Error(JSON.stringify(read.issues))
    const { form } = await read.data.load()
    return form.inputs.text!.classes
  }
  writeFileSync(words, 'hund\n')
  expect(await depth()).toBe(3)
  writeFileSync(words, 'hund\r\nkatze')
  utimesSync(words, 1, 1)
  expect(await depth()).toBe(4)
})

describe('the version of ICU', () => {
  test('is saved where words are split', async () => {
    const { data: open } = await openOwnSpec(FILES, data({ split: 'words' }))
    expect(open.data).toMatchObject({ features: { text: { icu: process.versions.icu } } })
    expect(open.decided).toHaveLength(2)
    const other = await openOwnSpec(FILES, data({}))
    expect(other.data.data).toMatchObject({ features: { text: { icu: null } } })
  })

  test('is said if it is another one than before', async () => {
    const { data: open } = await openOwnSpec(FILES, data({ split: 'words', icu: '58.1' }))
    expect(open.data).toMatchObject({ features: { text: { icu: '58.1' } } })
    expect(open.decided[2]).toBe(
      `Words are split with ICU ${process.versions.icu}, but the spec names ICU 58.1: some texts may have other words than before.`,
    )
  })
})

describe('a problem with its place in the spec:', () => {
  test.each([
    [
      'no file',
      { vocabulary: 'wrods.txt' },
      {},
      'vocabulary: Cannot read a vocabulary: wrods.txt: no such file or folder.',
    ],
    ['a folder', { vocabulary: '.' }, {}, 'vocabulary: '],
    [
      'no UTF-8',
      { vocabulary: 'v.txt' },
      { 'v.txt': Uint8Array.of(0x61, 0x0a, 0xe9) },
      'vocabulary: v.txt: is not UTF-8 text: line 2 has the byte 0xe9',
    ],
    [
      'an empty line',
      { vocabulary: 'v.txt' },
      { 'v.txt': 'a\n\nb\n' },
      'vocabulary: v.txt: line 2 is empty, must be a token',
    ],
    [
      'an empty file',
      { vocabulary: 'v.txt' },
      { 'v.txt': '' },
      'vocabulary: v.txt: has no lines, must have a token in each',
    ],
    ['a token twice', { vocabulary: 'v.txt' }, { 'v.txt': 'a\nb\na\n' }, 'vocabulary: v.txt: found "a" more than once'],
    [
      'too many tokens',
      { vocabulary: 'v.txt', max_tokens: 3 },
      { 'v.txt': 'a\nb\n' },
      'vocabulary: v.txt: found 4 tokens, must be at most 3, as in max_tokens',
    ],
    [
      'no tokenizer',
      { tokenizer: 'v.txt' },
      { 'v.txt': '{}' },
      'tokenizer: v.txt: is no tokenizer of Hugging Face: it has no "model"',
    ],
  ])('%s', async (_, feature, files, problem) => {
    const [found] = await problemsOf({ ...FILES, ...files }, data(feature))
    expect(found).toContain(`/data/features/text/${problem}`)
  })

  test.each([
    [
      { output_mode: 'count', output_sequence_length: 3 },
      'output_sequence_length: found 3, but output_mode "count" gives vectors; leave it out',
    ],
    [{ pad_to_max_tokens: true }, 'pad_to_max_tokens: found true without "max_tokens"'],
    [{ max_tokens: 2 }, 'max_tokens: found 2, must be above 2, the places that are not for categories'],
    [{ vocabulary: ['a', 'a'] }, 'vocabulary: found "a" more than once'],
    [{ vocabulary: ['', '[UNK]'] }, 'vocabulary: found no token beside those for padding and unseen ones'],
    [{ vocabulary: ['a', ''] }, 'vocabulary: found an empty token, which stands for padding'],
    [{ vocabulary: ['a'], output_mode: 'tf_idf' }, 'idf_weights: found no weights, must be 1, as in vocabulary'],
    [
      { idf_weights: [1] },
      'idf_weights: found weights, but only a given vocabulary with output_mode "tf_idf" has them',
    ],
    [
      { vocabulary: 'words.txt', output_mode: 'tf_idf' },
      'vocabulary: found a file, but output_mode "tf_idf" needs a list',
    ],
    [
      { tokenizer: 'tokenizer.json', split: 'words' },
      'split: found "split" in addition to "tokenizer", which decides it',
    ],
    [
      { tokenizer: 'tokenizer.json', idf_weights: [1] },
      'idf_weights: found "idf_weights" in addition to "tokenizer", which decides it',
    ],
    [
      { tokenizer: 'tokenizer.json', output_mode: 'tf-idf' },
      'output_mode: found "tf_idf", must be "int", "multi_hot" or "count" with a tokenizer',
    ],
    [{ split: 'words', locale: 'xx-nowhere' }, 'locale: found "xx-nowhere", which is no language that Node.js knows'],
    [{ split: 'word' }, 'split: found "word", must be '],
    [{ ngrams: [0] }, 'ngrams/0: found 0, must be at least 1'],
    [{ ragged: true }, 'ragged: unknown'],
    [{ output_sequence_length: 70_000 }, 'output_sequence_length: found 70000, must be '],
  ])('%s', async (feature, problem) => {
    const found = await problemsOf(FILES, data(feature))
    expect(found.join('\n')).toContain(`/data/features/text/${problem}`)
  })
})

describe('a text', () => {
  test('that is missing is an error that says what to write', async () => {
    const files = { 'a.csv': 'text,y\nx,1\n,2\n' }
    expect(await problemsOf(files, data({}))).toEqual([
      '/data/source: column "text" of a.csv has a gap in row 2; "missing": { "value": "" } in its feature takes them for empty texts, and "missing": "drop" leaves such rows out',
    ])
    const { data: filled } = await loaded(files, data({ missing: { value: '' } }))
    expect(rowsOf(filled.train)).toEqual([2, 0])
    const { data: dropped } = await loaded({ 'a.csv': 'text,y\nx,1\n,2\nz,2\n' }, data({ missing: 'drop' }))
    expect(dropped.train.count).toBe(2)
  })

  test.each([
    [['...', '!', ' - '], 'found no token in the training rows'],
    [
      ['a', `b ${'x '.repeat(65_536)}`],
      'found 65,537 tokens in row 2, must be at most 65,536; "output_sequence_length" cuts texts',
    ],
  ])('%# of all rows is refused', async (texts, problem) => {
    const files = { 'a.jsonl': texts.map((text, y) => JSON.stringify({ text, y: y % 2 })).join('\n') }
    const found = await problemsOf(files, { ...data({}), source: 'a.jsonl' })
    expect(found.join('\n')).toContain(`column "text": ${problem}`)
  })

  test('with more different tokens than a vector can have is refused', async () => {
    const words = Array.from({ length: 100_001 }, (_, index) => `w${index}`).join(' ')
    const files = { 'a.jsonl': `${JSON.stringify({ text: words, y: 1 })}\n${JSON.stringify({ text: 'a', y: 2 })}` }
    const found = await problemsOf(files, { ...data({ output_mode: 'count' }), source: 'a.jsonl' })
    expect(found.join('\n')).toContain(
      'found 100,003 different tokens, must be at most 100,000 for output_mode "count"; "max_tokens" keeps the most frequent',
    )
  })

  test('is an input of its own beside others, and learns from the training rows alone', async () => {
    const rows = Array.from({ length: 40 }, (_, row) => `"word ${row >= 30 ? 'giveaway' : 'b'}",${row},${row % 2}`)
    const { data: open } = await loaded(
      { 'a.csv': `text,size,y\n${rows.join('\n')}\n` },
      { ...data({}), features: { text: 'text', size: 'float' }, split: 'last' },
      {
        fit: { validation_split: 0.25 },
        model: {
          type: 'Functional',
          layers: [
            { type: 'Embedding', name: 'words', inputs: 'text', input_dim: 'auto', output_dim: 2 },
            { type: 'Flatten', name: 'flat' },
            { type: 'Concatenate', name: 'all', inputs: ['flat', 'features'] },
            { type: 'Dense', name: 'y', units: 'auto', activation: 'softmax' },
          ],
        },
      },
    )
    expect(Object.keys(open.form.inputs)).toEqual(['text', 'features'])
    expect(open.form.inputs.text!.classes).toBe(4)
    expect(rowsOf(open.validation).slice(0, 2)).toEqual([2, 1])
  })
})

test('texts of Keras come to a model through a file as they are', async () => {
  const { training, cases } = kerasFixture('text')
  const { tokens } = cases.find(({ arguments: one }) => JSON.stringify(one) === '{"output_sequence_length":3}')!
  const files = {
    'a.jsonl': training.map((text, row) => JSON.stringify({ text: text === '' ? ' ' : text, y: row % 2 })).join('\n'),
  }
  const { data: open } = await loaded(files, { ...data({ output_sequence_length: 3 }), source: 'a.jsonl' })
  expect(open.form.inputs.text!.classes).toBe(tokens!.length + 2)
})
