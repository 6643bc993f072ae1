/** The report on data shows texts with the tokens that the model gets. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { dataLines } from '../../../src/report/data.js'
import { lookAtSpec } from '../../../src/run/look/look-at-spec.js'
import { openOwnSpec } from '../../support/own-data.js'

const ROWS = ['Win, win money!', 'See you at noon', 'money now or never', 'noon is fine']
const FILES = { 'a.csv': `text,y\n${ROWS.map((row, index) => `"${row}",${index % 2}`).join('\n')}\n` }

async function reportOf(feature: object) {
  const { spec, data } = await openOwnSpec(FILES, {
    source: 'a.csv',
    target: 'y',
    features: { text: { type: 'text', ...feature } },
  })
  return lookAtSpec(spec, data)
}

const tokensOf = async (feature: object) => (await reportOf(feature)).texts.map(({ tokens }) => tokens.join('|'))

test('each token in its place, without padding', async () => {
  expect(await tokensOf({})).toEqual(['win|win|money', 'see|you|at|noon', 'money|now|or|never', 'noon|is|fine'])
  expect(await tokensOf({ max_tokens: 4, output_sequence_length: 3 })).toEqual([
    'win|win|[UNK]',
    '[UNK]|[UNK]|[UNK]',
    '[UNK]|[UNK]|[UNK]',
    'noon|[UNK]|[UNK]',
  ])
})

test('vectors by their values', async () => {
  expect((await tokensOf({ output_mode: 'multi_hot' }))[0]).toBe('win|money')
  expect((await tokensOf({ output_mode: 'count' }))[0]).toBe('win 2|money 1')
  expect((await tokensOf({ output_mode: 'tf_idf' }))[0]).toBe('win 2.2|money 0.847')
})

test('those of a given tokenizer', async () => {
  const tokenizer = join(import.meta.dirname, '../../fixtures/tokenizers/wordpiece.json')
  expect((await tokensOf({ tokenizer }))[3]).toBe('[CLS]|n|##o|##o|##n|i|##s|f|##in|##e|[SEP]')
})

test('a text is no identifier, though each row has another', async () => {
  const rows = Array.from({ length: 30 }, (_, index) => `"text ${index}",${index % 2}`)
  const files = { 'a.csv': `text,y\n${rows.join('\n')}\n` }
  const { spec, data } = await openOwnSpec(files, { source: 'a.csv', target: 'y', features: { text: 'text' } })
  const report = await lookAtSpec(spec, data)
  expect(report.warnings).toEqual([])
  const lines = dataLines(report, { written: null, files: [] })
  expect(lines.slice(lines.indexOf('Their texts as tokens'))[1]).toBe('  text, row 4: text | 3')
})
