/** Parses the command line into a command, its operands and its options, with the parser of yargs. */
import { existsSync } from 'node:fs'
import { Parser } from 'yargs/helpers'
import { UserError } from '../base/issue.js'
import { nearest } from '../base/nearest.js'
import type { Command, Commands, Option, OptionsOf, OptionTable } from './command.js'
import { helpOf } from './help.js'

export type CommandLine =
  | {
      readonly command: string
      readonly operands: readonly string[]
      /** Typed by the option table of that command. */
      readonly options: OptionsOf<OptionTable>
    }
  | { readonly text: string }

/**
 * Returns the command with its operands and options, or the text of `--help` or `--version`. Throws a UserError that
 * lists everything wrong with the arguments.
 */
export function parseCommandLine(argv: readonly string[], version: string, commands: Commands): CommandLine {
  const name = commandOf(argv[0], commands)
  const command = commands[name]!
  const { values, problem } = taken(name === 'train' ? argv : argv.slice(1), command.options)
  if (values.help) return { text: helpOf(name, commands) }
  if (values.version) return { text: version }
  const [first] = values._
  const meant = name === 'train' && first !== undefined ? commandNear(first, commands) : undefined
  if (meant !== undefined) {
    throw usageError('train', `There is no command or file named "${first}"; did you mean the command "${meant}"?`)
  }
  const problems = problem === undefined ? [...problemsOf(name, command, values)] : [problem]
  if (problems.length > 0) throw usageError(name, ...problems)
  const options = Object.entries(command.options).map(([key, option]) => [key, converted(option, values[key])])
  return { command: name, operands: values._, options: Object.fromEntries(options) as OptionsOf<OptionTable> }
}

const usageError = (command: string, ...problems: readonly string[]): UserError =>
  new UserError([...problems, `See: ${command === 'train' ? 'train' : `train ${command}`} --help`].join('\n'))

function converted(option: Option, value: unknown): unknown {
  if (value === undefined) return isList(option) ? [] : undefined
  return option.type === 'count' ? Number(value) : value
}

/** The name of the command: the first word if it is one. Any other first word is a spec, for `train`. */
const commandOf = (word = '', commands: Commands): string =>
  word !== 'train' && Object.hasOwn(commands, word) ? word : 'train'

/**
 * The command nearest to a word. Undefined if none is near, or if the word may be a spec: a path or an existing file.
 */
const commandNear = (word: string, commands: Commands): string | undefined =>
  /^[\w-]+$/.test(word) && !existsSync(word) ? nearest(word, Object.keys(commands)) : undefined

type Values = Readonly<Record<string, unknown>> & { readonly _: string[] }

/** Parses the arguments. The parser stops at an option that lacks its value, so that is the only problem then. */
function taken(argv: readonly string[], table: OptionTable): { values: Values; problem?: string } {
  const options = Object.entries(table)
  const named = (of: (option: Option) => boolean) => options.flatMap(([name, option]) => (of(option) ? [name] : []))
  const valued = named((option) => !isFlag(option))
  const { argv: values, error } = Parser.detailed([...argv], {
    boolean: ['help', 'version', ...named(isFlag)],
    string: ['_', ...valued],
    array: named(isList),
    narg: Object.fromEntries(valued.map((name) => [name, 1])),
    alias: { help: ['h'], ...Object.fromEntries(options.map(([name, { alias }]) => [name, alias ? [alias] : []])) },
    default: Object.fromEntries(
      options.flatMap(([name, { default: preset }]) => (preset === undefined ? [] : [[name, preset]])),
    ),
    configuration: { 'boolean-negation': false, 'camel-case-expansion': false, 'dot-notation': false },
  })
  if (!error) return { values: values as Values }
  // the only error that the parser can report here is `Not enough arguments following: engine`
  const last = error.message.split(': ').at(-1)
  const found = options.find(([name, { alias }]) => name === last || alias === last)
  if (!found) throw error
  const [name, { value }] = found
  return { values: values as Values, problem: `--${name} needs a value: --${name} ${value}` }
}

/** Problems of parsed arguments, one line each. */
function* problemsOf(name: string, command: Command, values: Values): Iterable<string> {
  const options = Object.entries(command.options)
  const aliases = options.flatMap(([key, { alias }]) => (alias ? [key, alias] : [key]))
  const known = [...aliases, 'help', 'h', 'version', '_']
  for (const given of Object.keys(values)) {
    if (known.includes(given)) continue
    const near = nearest(given, known)
    yield `Unknown option ${dashed(given)}${near === undefined ? '' : `; did you mean ${dashed(near)}?`}`
  }
  for (const [key, option] of options) {
    const value = values[key]
    if (value === undefined || option.type === 'texts' || (isFlag(option) && value === true)) continue
    const given = [value].flat() as string[]
    if (isFlag(option)) yield `--${key} takes no value`
    else if (given.length > 1 && !isList(option)) yield `--${key} is given more than once`
    else for (const one of given) yield* problemsOfValue(key, option, one)
  }
  for (const [key, { needs }] of options) {
    if (needs !== undefined && values[key] !== undefined && values[needs] === undefined)
      yield `--${key} needs --${needs}`
  }
  yield* problemsOfOperands(name, command, values)
}

function* problemsOfValue(name: string, option: Option, value: string) {
  const { type, choices, value: placeholder } = option
  const wrong = type === 'count' ? countProblem(option, value) : undefined
  if (value === '') yield `--${name} needs a value: --${name} ${placeholder}`
  else if (wrong !== undefined) yield `--${name}: found "${value}", must be ${wrong}`
  else if (choices && !Object.hasOwn(choices, value)) {
    const names = Object.keys(choices)
    yield `--${name}: found "${value}", must be one of ${names.join(', ')}${didYouMean(value, names)}`
  }
}

function countProblem({ least = 1, most }: Option, value: string): string | undefined {
  const isCount = /^(0|[1-9][0-9]{0,8})$/.test(value) && Number(value) >= least
  if (isCount && Number(value) <= (most ?? Number(value))) return undefined
  return most === undefined ? 'a positive whole number' : `a whole number from ${least} to ${most}`
}

function* problemsOfOperands(name: string, { usage, operands }: Command, values: Values): Iterable<string> {
  const { least, most, few, many, words, noneWith } = operands
  const found = values._
  const isEnough = found.length >= least || (noneWith !== undefined && values[noneWith] === true)
  if (!isEnough) yield `${few}: ${usage} [options]`
  if (found.length > most) yield `${many}, found ${found.length}: ${someOf(found)}`
  if (!words) return
  for (const word of found) {
    if (Object.hasOwn(words, word)) continue
    yield `train ${name}: found "${word}", must be one of ${Object.keys(words).join(', ')}${didYouMean(word, Object.keys(words))}`
  }
}

const MOST_WORDS = 8

/** Joins words, and leaves out those after the first few. */
const someOf = (words: readonly string[]): string =>
  words.length > MOST_WORDS ? `${words.slice(0, MOST_WORDS).join(' ')} ...` : words.join(' ')

function didYouMean(word: string, allowed: readonly string[]): string {
  const near = nearest(word, allowed)
  return near === undefined ? '' : `; did you mean "${near}"?`
}

const isFlag = ({ type }: Option): boolean => type === 'flag'

/** True for an option that may be given several times. */
const isList = ({ type }: Option): boolean => type === 'texts' || type === 'choices'

const dashed = (name: string): string => (name.length === 1 ? `-${name}` : `--${name}`)
