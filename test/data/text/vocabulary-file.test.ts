/** Vocabularies in files: read as Keras reads them, or refused with the name of the file. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { vocabularyIn } from '../../../src/data/text/vocabulary-file.js'
import { TEXT_DEFAULTS } from '../../../src/spec/text.js'
import { temporaryFolder } from '../../support/command.js'

const path = () => join(temporaryFolder(), 'words.txt')

async function read(content: string | Uint8Array, spec: Partial<typeof TEXT_DEFAULTS> = {}) {
  const file = path()
  writeFileSync(file, content)
  return vocabularyIn(file, { ...TEXT_DEFAULTS, ...spec })
}

test.each([
  ['a\nb', ['a', 'b']],
  ['a\r\nb\r\n', ['a', 'b']],
  ['\ufeffa\nb c\n', ['a', 'b c']],
  ['\n[UNK]\na\n', ['a']],
  ['a\n[UNK]\n', ['a', '[UNK]']],
])('%j', async (content, tokens) => {
  expect(await read(content)).toEqual(tokens)
})

test('vectors have no place for padding', async () => {
  expect(await read('[UNK]\na\n', { output_mode: 'count' })).toEqual(['a'])
  await expect(read('\n[UNK]\na\n', { output_mode: 'count' })).rejects.toThrow('line 1 is empty, must be a token')
})

test('a thousand changed files are read, or refused by name', async () => {
  const whole = Buffer.from('the\ncat\nüber\nsome words\n日本語\n'.repeat(1))
  for (let turn = 0; turn < 1000; turn++) {
    const changed = Buffer.from(whole)
    changed[turn % whole.length] = (turn * 37 + (turn >> 5)) & 0xff
    const tokens = await read(changed).catch((error: Error) => error.message)
    if (typeof tokens === 'string') expect(tokens).toMatch(/words\.txt: /)
    else expect(new Set(tokens).size).toBe(tokens.length)
  }
})
