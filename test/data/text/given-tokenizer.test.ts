/** Tokenizers of Hugging Face give the numbers that its own library gives (test/fixtures/tokenizers/make.py). */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readTokenizer } from '../../../src/data/text/given-tokenizer.js'
import { temporaryFolder } from '../../support/command.js'

const FOLDER = join(import.meta.dirname, '../../fixtures/tokenizers')

interface Fixture {
  readonly rows: readonly string[]
  readonly tokenizers: Readonly<Record<string, { readonly size: number; readonly ids: readonly (readonly number[])[] }>>
}

const { rows, tokenizers } = JSON.parse(readFileSync(join(FOLDER, 'ids.json'), 'utf8')) as Fixture

test.each(Object.entries(tokenizers))('%s', async (name, { size, ids }) => {
  const { numbersOf, depth, padding } = await readTokenizer(join(FOLDER, `${name}.json`))
  expect(rows.map((row) => [...numbersOf(row, 1000)])).toEqual(ids)
  // bytes have no token for padding, which therefore gets a number of its own
  expect({ depth, padding }).toEqual(name === 'bpe' ? { depth: size + 1, padding: size } : { depth: size, padding: 0 })
})

describe('a file that is no tokenizer', () => {
  const problemOf = async (content: string | Uint8Array) => {
    const path = join(temporaryFolder(), 'tokenizer.json')
    writeFileSync(path, content)
    const found = await readTokenizer(path).then(
      () => 'none',
      (error: Error) => error.message,
    )
    return found.replace(path, 'tokenizer.json')
  }

  test.each([
    ['{', 'is no tokenizer of Hugging Face: it is no JSON'],
    ['[]', 'is no tokenizer of Hugging Face: it has no "model"'],
    ['{ "model": { "type": "None", "vocab": {} } }', 'is no tokenizer of Hugging Face: '],
    [Uint8Array.of(0x7b, 0xff), 'is not UTF-8 text: line 1 has the byte 0xff; save the file as UTF-8'],
  ])('%s', async (content, problem) => expect(await problemOf(content)).toContain(`tokenizer.json: ${problem}`))

  test('is refused or read, whatever is changed in it', async () => {
    for (const name of Object.keys(tokenizers)) {
      const whole = readFileSync(join(FOLDER, `${name}.json`))
      for (let at = 0; at < whole.length; at += 97) {
        const changed = Uint8Array.from(whole)
        changed[at] = (changed[at]! + 1 + (at % 7)) & 0x7f
        expect(await problemOf(changed)).toMatch(/^none$|^tokenizer\.json: /)
      }
    }
  })
})

test('a text that is too long for the library is refused', async () => {
  const { numbersOf } = await readTokenizer(join(FOLDER, 'wordpiece.json'))
  expect(() => numbersOf('a'.repeat(1_000_001), 3)).toThrow(
    'found a text of 1,000,001 characters, must be at most 1,000,000',
  )
})

test('a number for padding that the vocabulary lacks is not taken', async () => {
  const json = JSON.parse(readFileSync(join(FOLDER, 'unigram.json'), 'utf8'))
  const { size } = tokenizers.unigram!
  for (const pad_id of [-1, 0.5, size, 1e12, 'a', null]) {
    const path = join(temporaryFolder(), 'tokenizer.json')
    writeFileSync(path, JSON.stringify({ ...json, padding: { ...json.padding, pad_id } }))
    expect((await readTokenizer(path)).padding).toBe(pad_id === null ? 0 : size)
  }
})
