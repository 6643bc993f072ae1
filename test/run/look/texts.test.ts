/** The report on data shows texts with the tokens that the model gets. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { UNWATCHED } from '../../../src/data/watch.js'
import { dataLines } from '../../../src/report/data.js'
import { lookAtFiles } from '../../../src/run/look/look-at-files.js'
import { lookAtSpec } from '../../../src/run/look/look-at-spec.js'
import { temporaryFolder } from '../../support/command.js'
import { openOwnSpec } from '../../support/own-data.js'

const ROWS = ['Win, win money!', 'See you at noon', 'money now or never', 'noon is fine']
const FILES = { 'a.csv': `text,y\n${ROWS.map((row, index) => `"${row}",${index % 2}`).join('\n')}\n` }

async function reportOf(feature: object) {
  const { spec, data } = await openOwnSpec(FILES, {
    source: 'a.csv',
    target: 'y',
    features: { text: { type: 'text', ...feature } },
  })
  return (await lookAtSpec(spec, data)).report
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
  const { report } = await lookAtSpec(spec, data)
  expect(report.warnings).toEqual([])
  const lines = dataLines(report, { written: null, files: [] })
  expect(lines.slice(lines.indexOf('Their texts as tokens'))[1]).toBe('  text, row 4: text | 3')
})

test('a spec of sentences alone is proposed with their words as features', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'a.csv')
  const rows = Array.from({ length: 120 }, (_, row) => `"this is the text of row ${row}",${row},${'ab'[row % 2]}`)
  writeFileSync(file, `text,id,y\n${rows.join('\n')}\n`)
  const watch = UNWATCHED
  const { report } = await lookAtFiles({ files: [file], target: 'y', place: join(folder, 'spec.json'), watch })
  expect(report.proposal).toContain(
    '"features": { "text": { "type": "text", "max_tokens": 10000, "output_mode": "tf_idf" } }, // its words',
  )
  expect(report.texts[0]!.tokens.length).toBeGreaterThan(5)
  // beside other features they would need a Functional model
  writeFileSync(file, `text,size,y\n${rows.map((row) => row.replace(/,(\d+),/, ',$1.5,')).join('\n')}\n`)
  const { report: other } = await lookAtFiles({ files: [file], target: 'y', place: join(folder, 'spec.json'), watch })
  expect(other.proposal).toContain('"text" // another text in every row; the type "text" would take sentences')
})
