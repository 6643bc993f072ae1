/** Reads the command line: which command, its files or words, and options. yargs' parser takes it apart. */
import { existsSync } from 'node:fs'
import { Parser } from 'yargs/helpers'
import { UserError } from '../base/issue.js'
import { nearest } from '../base/nearest.js'
import { COMMANDS } from './commands.js'
import { helpOf } from './help.js'
import {
  type CommandName,
  defaultOf,
  isList,
  OPTION_LIST,
  type Option,
  type Options,
  optionsOf,
  placeholderOf,
} from './options.js'

export type CommandLine =
  | { readonly command: CommandName; readonly operands: readonly string[]; readonly options: Options }
  | { readonly command: 'help' | 'version'; readonly text: string }

/** What the arguments ask for; a UserError that names everything wrong with them. */
export function parseCommandLine(argv: readonly string[], version: string): CommandLine {
  const command = commandOf(argv[0])
  const { values, problem } = taken(command === 'train' ? argv : argv.slice(1), command)
  if (values.help) return { command: 'help', text: helpOf(command) }
  if (values.version) return { command: 'version', text: version }
  const problems = problem === undefined ? [...problemsOf(command, values)] : [problem]
  if (problems.length > 0) {
    const more = command === 'train' ? 'train --help' : `train ${command} --help`
    throw new UserError([...problems, `See: ${more}`].join('\n'))
  }
  const options = Object.fromEntries(OPTION_LIST.map((option) => [option.name, converted(option, values[option.name])]))
  return { command, operands: values._, options: options as unknown as Options }
}

function converted(option: Option, value: unknown): unknown {
  if (value === undefined) return isList(option) ? [] : undefined
  return option.type === 'count' ? Number(value) : value
}

/** The first word names a command, else it is a spec. */
const commandOf = (word = ''): CommandName =>
  word !== 'train' && Object.hasOwn(COMMANDS, word) ? (word as CommandName) : 'train'

/** The command that a word was meant to be, where it can be no spec. */
const commandNear = (word: string): string | undefined =>
  /^[\w-]+$/.test(word) && !existsSync(word) ? nearest(word, Object.keys(COMMANDS)) : undefined

type Values = Readonly<Record<string, unknown>> & { readonly _: string[] }

/** The arguments taken apart; the parser stops at an option without its value. */
function taken(argv: readonly string[], command: CommandName): { values: Values; problem?: string } {
  const options = optionsOf(command)
  const listed = (of: typeof options) => of.map(({ name }) => name)
  const { argv: values, error } = Parser.detailed([...argv], {
    boolean: ['help', 'version', ...listed(options.filter(isFlag))],
    string: ['_', ...listed(options.filter((one) => !isFlag(one)))],
    array: listed(options.filter(isList)),
    narg: Object.fromEntries(options.filter((one) => !isFlag(one)).map(({ name }) => [name, 1])),
    alias: Object.fromEntries([['help', ['h']], ...options.map(({ name, alias }) => [name, alias ? [alias] : []])]),
    default: Object.fromEntries(
      options.flatMap((one) => {
        const preset = defaultOf(one, command)
        return preset === undefined ? [] : [[one.name, preset]]
      }),
    ),
    configuration: { 'boolean-negation': false, 'camel-case-expansion': false, 'dot-notation': false },
  })
  if (!error) return { values: values as Values }
  // `Not enough arguments following: engine`, which is all that the parser can complain about here
  const last = error.message.split(': ').at(-1)
  const option = options.find(({ name, alias }) => name === last || alias === last)
  if (!option) throw error
  return {
    values: values as Values,
    problem: `--${option.name} needs a value: --${option.name} ${placeholderOf(option, command)}`,
  }
}

/** What is wrong with parsed arguments, a line each. */
function* problemsOf(command: CommandName, values: Values): Iterable<string> {
  const [first] = values._
  const meant = command === 'train' && first !== undefined ? commandNear(first) : undefined
  if (meant !== undefined) {
    yield `There is no command and no file ${first}; did you mean the command "${meant}"?`
    return
  }
  const options = optionsOf(command)
  const known = [...options.flatMap(({ name, alias }) => (alias ? [name, alias] : [name])), 'help', 'h', 'version', '_']
  for (const name of Object.keys(values)) {
    if (known.includes(name)) continue
    const near = nearest(name, known)
    yield `Unknown option ${dashed(name)}${near === undefined ? '' : `; did you mean ${dashed(near)}?`}`
  }
  for (const option of options) {
    const { name, type, onceIn } = option
    const value = values[name]
    if (value === undefined || type === 'texts' || (isFlag(option) && value === true)) continue
    const given = [value].flat() as string[]
    const isOnce = type !== 'choices' || onceIn?.includes(command)
    if (isFlag(option)) yield `--${name} takes no value`
    else if (given.length > 1 && isOnce) yield `--${name} is given more than once`
    else
      for (const one of given) yield* problemsOfValue({ ...option, name, value: placeholderOf(option, command) }, one)
  }
  for (const option of options) {
    const { name, needs } = option
    if (needs !== undefined && values[name] !== undefined && values[needs] === undefined) {
      yield `--${name} needs --${needs}`
    }
  }
  yield* problemsOfOperands(command, values)
}

function* problemsOfValue(
  {
    name,
    type,
    choices,
    value: placeholder,
  }: Omit<Option, 'value'> & { readonly name: string; readonly value: string | undefined },
  value: string,
): Iterable<string> {
  if (value === '') yield `--${name} needs a value: --${name} ${placeholder}`
  else if (type === 'count' && !/^[1-9][0-9]{0,8}$/.test(value)) {
    yield `--${name}: found "${value}", must be a whole number from 1`
  } else if (choices && !Object.hasOwn(choices, value)) {
    const names = Object.keys(choices)
    yield `--${name}: found "${value}", must be one of ${names.join(', ')}${didYouMean(value, names)}`
  }
}

function* problemsOfOperands(command: CommandName, values: Values): Iterable<string> {
  const { usage, operands } = COMMANDS[command]
  const { least, most, few, many, words, noneWith } = operands
  const found = values._
  const isEnough = found.length >= least || (noneWith !== undefined && values[noneWith] === true)
  if (!isEnough) yield `${few}: ${usage}`
  if (found.length > most) yield `${many}, found ${found.length}: ${someOf(found)}`
  if (!words) return
  for (const word of found) {
    if (Object.hasOwn(words, word)) continue
    yield `train ${command}: found "${word}", must be one of ${Object.keys(words).join(', ')}${didYouMean(word, Object.keys(words))}`
  }
}

const MOST_WORDS = 8

/** The first words of many. */
const someOf = (words: readonly string[]): string =>
  words.length > MOST_WORDS ? `${words.slice(0, MOST_WORDS).join(' ')} ...` : words.join(' ')

function didYouMean(word: string, allowed: readonly string[]): string {
  const near = nearest(word, allowed)
  return near === undefined ? '' : `; did you mean "${near}"?`
}

const isFlag = ({ type }: Option): boolean => type === 'flag'

const dashed = (name: string): string => (name.length === 1 ? `-${name}` : `--${name}`)
