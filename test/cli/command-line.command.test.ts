/** The command line: options, help, and messages about its mistakes. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/base/issue.js'
import { type Commands, command } from '../../src/cli/command.js'
import { parseCommandLine } from '../../src/cli/command-line.js'
import { COMMANDS } from '../../src/cli/commands/registry.js'
import { completionsOf } from '../../src/cli/completion.js'
import { EXIT, EXIT_WORDS } from '../../src/cli/exit-codes.js'
import { runCommand } from '../support/command.js'

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'))

/** Words between spaces; `''` is an empty one. */
const wordsOf = (line: string): string[] =>
  line === '' ? [] : line.split(' ').map((word) => (word === "''" ? '' : word))
const parsed = (line: string) => parseCommandLine(wordsOf(line), '1.2.3', COMMANDS)
const optionsOf = (line: string) => {
  const found = parsed(line)
  if (!('options' in found)) throw new Error(`${line} asks for text`)
  return found.options
}

describe('options', () => {
  test('have their defaults', () => {
    expect(parsed('a.json')).toEqual({
      command: 'train',
      operands: ['a.json'],
      options: { set: [], expect: [], style: 'keras1', verbose: '1' },
    })
    expect(parsed('validate a.json')).toEqual({
      command: 'validate',
      operands: ['a.json'],
      options: { set: [] },
    })
  })

  test.each([
    ['a.json --verbose 0', { verbose: '0' }],
    ['a.json --verbose=2', { verbose: '2' }],
    ['a.json -v 0', { verbose: '0' }],
    ['a.json -v0', { verbose: '0' }],
    ['--style keras3 a.json', { style: 'keras3' }],
    ['a.json --engine eager', { engine: 'eager' }],
    ['a.json --engine=onnx', { engine: 'onnx' }],
    ['a.json --history - --history-format csv', { history: '-', 'history-format': 'csv' }],
    ['a.json --history=-', { history: '-' }],
    ['a.json --out results/1', { out: 'results/1' }],
    ['a.json --set a=1 --set b=2', { set: ['a=1', 'b=2'] }],
    ['--set a=1 a.json', { set: ['a=1'] }],
    ['a.json --set=a=1', { set: ['a=1'] }],
    ['a.json --set seed=007', { set: ['seed=007'] }],
    ['a.json --expect val_acc>=0.975 --expect loss<=1', { expect: ['val_acc>=0.975', 'loss<=1'] }],
    ['a.json --expect=val_acc>=0.975', { expect: ['val_acc>=0.975'] }],
  ])('%s', (line, options) => {
    expect(parsed(line)).toMatchObject({ command: 'train', operands: ['a.json'] })
    expect(optionsOf(line)).toMatchObject(options)
  })

  test.each([
    ['-', ['-']],
    ['-- -x.json', ['-x.json']],
    ['007', ['007']],
    ['validate a.json - b.json', ['a.json', '-', 'b.json']],
    ['validate validate', ['validate']],
  ])('files of: %s', (line, operands) => expect(parsed(line)).toMatchObject({ operands }))

  test.each([
    ['setup tensorflow', ['tensorflow'], {}],
    ['setup cuda --dry-run', ['cuda'], { 'dry-run': true }],
    ['setup --dry-run cuda', ['cuda'], { 'dry-run': true }],
    ['setup tensorflow --from x.whl', ['tensorflow'], { from: 'x.whl' }],
    ['setup --remove', [], { remove: true }],
    ['setup --remove tensorflow --dry-run', ['tensorflow'], { remove: true, 'dry-run': true }],
  ])('%s', (line, operands, options) => {
    expect(parsed(line)).toEqual({ command: 'setup', operands, options })
  })

  test.each([
    ['bench a.json', ['a.json'], {}],
    ['bench a.json --engine onnx --engine tensorflow', ['a.json'], { engine: ['onnx', 'tensorflow'] }],
    ['bench --rounds 7 - --steps=20 --json', ['-'], { rounds: 7, steps: 20, json: true }],
    ['bench a.json --set seed=1 --device cpu', ['a.json'], { set: ['seed=1'], device: 'cpu' }],
    ['doctor', [], {}],
    ['doctor --json', [], { json: true }],
    ['evaluate runs/a/1 --json --engine onnx', ['runs/a/1'], { json: true, engine: 'onnx' }],
    ['sample runs/a/1 -n 5 --inpaint left', ['runs/a/1'], { samples: 5, inpaint: 'left', steps: 1000, start: 'noise' }],
    ['transform runs/a/1 b.npy --out c.csv', ['runs/a/1', 'b.npy'], { out: 'c.csv' }],
    ['summary a.json --svg a.svg --explain', ['a.json'], { svg: 'a.svg', explain: true }],
  ])('%s', (line, operands, options) => {
    const command = line.split(' ')[0]
    expect(parsed(line)).toMatchObject({ command, operands, options })
  })
})

describe('mistakes', () => {
  const LINES = [
    ...['', 'validate', 'a.json b.json', '--set a=1 b=2 a.json'],
    ...['a.json --helpp', 'a.json --stile keras3', 'a.json --Engine onnx', 'a.json --historyFormat csv', 'a.json -x'],
    ...['a.json --no-verbose', 'a.json --set.x 1', 'a.json --constructor 1', 'a.json --__proto__ 1', 'a.json --$0 1'],
    ...['a.json --learning-rate 0.1', 'a.json --a --b', 'validate a.json --engine onnx'],
    ...[
      'a.json --engine',
      'a.json --engine --verbose 1',
      'a.json -v',
      'a.json --set',
      'a.json --set=',
      '--history -v 0',
    ],
    ...['validate a.json --set', 'a.json --out'],
    ...['a.json --engine onx', 'a.json --engine python', 'a.json --verbose 4', 'a.json --style keras2'],
    ...['a.json --history-format tsv', 'a.json --engine __proto__', "a.json --style ''"],
    ...['a.json --engine onnx --engine eager', 'a.json -v 0 --verbose 1'],
    ...['b.json a.json --engine python --colour'],
    ...['setup', 'setup tensorflwo', 'setup Cuda', 'setup pytorch', 'setup tensorflow cuda', 'setup constructor'],
    ...['setup tensorflow --dry', 'setup tensorflow --from', 'setup --remove gpu'],
    ...['setup tensorflow --no-remove', 'setup tensorflow --engine onnx', 'a.json --dry-run', 'setup --dry-run'],
    ...['setup tensorflow --remove=false'],
    ...['doctor a.json', 'doctor --engine onnx', 'doctor --json=yes'],
    ...['bench', 'bench a.json b.json', 'bench a.json --engine onx --engine python', 'bench a.json --engine'],
    ...[
      'bench a.json --rounds 0',
      'bench a.json --steps -1',
      'bench a.json --steps 1.5 --rounds ten',
      'bench a.json --steps',
    ],
    ...[
      'bench a.json --steps 5 --steps 6',
      "bench a.json --rounds ''",
      'bench a.json --expect loss<1',
      'a.json --json',
      'summary',
      'summary a.json b.json --svg',
      'a.json --explain',
      'evaluate',
      'evaluate a b --steps 5',
      'sample',
      'sample a -n 0 --start here --steps',
      'transform a b c --out',
    ],
    // a command that is misspelt, with what it would take
    ...['evalute RUN', 'docter --json', 'find_lr', 'sumary a.json --svg x.svg', 'evalute.json RUN'],
    ...['a.json --history-format csv', `${'a.json '.repeat(9)}b.json`, `${'run '.repeat(4)}--engine onnx`],
  ]

  test('are explained', async () => {
    const explained = LINES.map((line) => {
      try {
        parsed(line)
      } catch (error) {
        if (error instanceof UserError) return `## train ${line}\n${error.message}\n`
        throw error
      }
      throw new Error(`no mistake: train ${line}`)
    })
    await expect(explained.join('\n')).toMatchFileSnapshot('../golden/usage-errors.txt')
  })

  test.each([
    ['an unknown option', '--epochs 3 a.json'],
    ['no spec', ''],
    ['a missing value', 'a.json --engine'],
    ['an option that every object has', 'a.json --constructor 1'],
  ])('%s ends the command with 2, in words', async (_, line) => {
    const { code, stdout, stderr } = await runCommand(wordsOf(line))
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/\nSee: train --help\n$/)
    expect(stderr).not.toContain('    at ')
  })
})

/** The text that a command line such as `train bench --help` asks for. */
const textOf = (line: string): string => {
  const found = parsed(line.replace(/^train /, ''))
  if (!('text' in found)) throw new Error(`${line} asks for ${found.command}`)
  return found.text
}

describe('help', () => {
  test('is printed by the command', async () => {
    for (const args of [['--help'], ['-h'], ['a.json', '--engine', 'python', '--help']]) {
      expect(await runCommand(args)).toEqual({ code: 0, stdout: `${textOf('--help')}\n`, stderr: '' })
    }
  })

  test.each(Object.keys(COMMANDS))('of train %s is its golden file', async (name) => {
    const file = name === 'train' ? 'help' : `help-${name}`
    await expect(`${textOf(`${name} --help`)}\n`).toMatchFileSnapshot(`../golden/${file}.txt`)
  })

  test('fits a window of 80 columns', () => {
    for (const name of Object.keys(COMMANDS)) {
      for (const line of textOf(`${name} --help`).split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
    }
  })

  test('has every exit code', () => {
    const lines = textOf('--help').split('\n')
    for (const [name, words] of Object.entries(EXIT_WORDS)) {
      expect(lines.map((line) => line.trim())).toContain(`${EXIT[name as keyof typeof EXIT]}   ${words}`)
    }
  })

  test('has examples that are valid command lines', () => {
    for (const { examples } of Object.values(COMMANDS)) {
      for (const [line] of examples) {
        const [command] = line.split(/ >+ /) // without the file that the shell writes
        const words = command!.replaceAll("'", '').split(' ')
        expect(words[0]).toBe('train')
        expect(() => parseCommandLine(words.slice(1), version, COMMANDS), line).not.toThrow()
      }
    }
  })

  test.each([[['--version']], [['validate', '--version']]])('the version by %j', async (args) => {
    expect(await runCommand(args)).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })
})

test('a command is its file and a line of the table: parser, help and completion follow', () => {
  const greet = command({
    usage: 'train greet NAME',
    summary: 'say hello',
    help: 'Says hello.',
    operands: { least: 1, most: 1, few: 'No name is given', many: 'One name at a time' },
    options: {
      language: { type: 'choice', value: 'NAME', help: 'Language', choices: { latin: 'salve', greek: 'chaire' } },
      loud: { type: 'flag', help: 'Shout' },
    },
    exits: { done: 'done' },
    examples: [['train greet Ada', 'hello, Ada']],
    run: async () => EXIT.done,
  })
  const commands: Commands = { ...COMMANDS, greet }
  const line = (...words: string[]) => parseCommandLine(words, version, commands)
  expect(line('greet', 'Ada', '--language', 'latin')).toEqual({
    command: 'greet',
    operands: ['Ada'],
    options: { language: 'latin', loud: undefined },
  })
  expect(() => line('greet', 'Ada', '--language', 'dutch')).toThrow('must be one of latin, greek')
  expect(line('--help')).toMatchObject({ text: expect.stringContaining('train greet NAME ') })
  expect(line('greet', '--help')).toMatchObject({ text: expect.stringMatching(/greek +chaire/) })
  expect(completionsOf(['train', 'gr'], commands)).toEqual(['greet'])
  expect(completionsOf(['train', 'greet', 'Ada', '--l'], commands)).toEqual(['--language', '--loud'])
  expect(completionsOf(['train', 'greet', '--language', ''], commands)).toEqual(['latin', 'greek'])
})
