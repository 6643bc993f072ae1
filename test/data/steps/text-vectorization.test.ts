/** TextVectorization does what Keras' layer does, to the byte. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { learn } from '../../../src/data/preparation.js'
import type { LearntTexts } from '../../../src/data/steps/text-vectorization.js'
import { expectClose } from '../../support/close.js'
import { temporaryFolder } from '../../support/command.js'
import { X } from '../../support/data.js'
import { kerasFixture } from '../../support/keras.js'
import { AS_KERAS, type ColumnRows, learnFrom, make, plansOf, sourceOf } from '../../support/steps.js'

const TOKENIZER = join(import.meta.dirname, '../../fixtures/tokenizers/wordpiece.json')
const { training, rows, cases, file } = kerasFixture('text')

const texts = (...values: string[]): ColumnRows => ({ column: { values: 'text' }, count: values.length, values })

const learntOf = (learnt: Awaited<ReturnType<typeof learnFrom>>) => learnt[X]![0]![0] as LearntTexts

describe('as in Keras', () => {
  test.each(cases.map((one) => [JSON.stringify(one.arguments), one] as const))('%s', async (_, one) => {
    const steps = [{ type: 'TextVectorization', ...one.arguments }]
    const learnt = await learnFrom(steps, texts(...training))
    const { tokens, weights } = learntOf(learnt)
    if (one.tokens) expect(tokens).toEqual(one.tokens)
    if (one.weights) expectClose(weights!, one.weights, 'weights', AS_KERAS)
    const { field, values } = await make(steps, texts(...rows), JSON.parse(JSON.stringify(learnt)), 2)
    expect(field.shape).toEqual(one.output.shape)
    if (field.values === 'real') expectClose(values, one.output.values, 'output', AS_KERAS)
    else expect([...values]).toEqual(one.output.values)
  })
})

test.each([
  { split: 'words' },
  { vocabulary: ['the'] },
  { tokenizer: TOKENIZER },
  { tokenizer: TOKENIZER, output_sequence_length: 3 },
  { vocabulary: ['the'], output_sequence_length: 3 },
  { vocabulary: ['the'], output_mode: 'count' },
])('%j: the rows are read once, and not at all if nothing depends on them', async (given) => {
  let passes = 0
  const source = sourceOf(texts(...training))
  const rows = () => {
    passes++
    return source.rows()
  }
  await learn(plansOf([{ type: 'TextVectorization', ...given }]), { ...source, rows }, { from: 0, to: training.length })
  expect(passes).toBe('output_sequence_length' in given || 'output_mode' in given ? 0 : 1)
})

test('a vocabulary in a file', async () => {
  const vocabulary = join(temporaryFolder(), 'words.txt')
  writeFileSync(vocabulary, file.content)
  const steps = [{ type: 'TextVectorization', vocabulary, output_sequence_length: file.output.shape[0] }]
  const made = await make(steps, texts(...rows), await learnFrom(steps, texts(...training)))
  expect([...made.values]).toEqual(file.output.values)
  expect(made.field.classes).toBe(6)
})
