import { expect, test } from 'vitest'
import { parseCommandLine } from '../../src/cli/command-line.js'
import { COMMANDS } from '../../src/cli/commands/registry.js'
import { optionWords } from '../../src/cli/option-words.js'

const parsed = (words: readonly string[]) => {
  const line = parseCommandLine(words, '1.2.3', COMMANDS)
  if (!('options' in line)) throw new Error('it asks for text')
  return line.options as Readonly<Record<string, unknown>>
}

test.each([
  ['nothing', [], []],
  ['several of a kind', ['--set', 'a=1', '--set', "b='x y'"], ['--set=a=1', "--set=b='x y'"]],
  ['a flag and a number', ['--resume', '--out', 'o', '--workers', '0'], ['--workers=0', '--out=o', '--resume']],
  ['one that is not the default', ['--verbose', '2', '--style', 'keras1'], ['--verbose=2']],
  ['values that look like options', ['--history=-', '--events=-'], ['--history=-', '--events=-']],
])('%s', (_, given, words) => {
  const options = parsed(['a.json', ...given])
  expect(optionWords(COMMANDS.train.options, options)).toEqual(words)
  expect(parsed(['a.json', ...words])).toEqual(options)
})
