/** Reads the command line: which command, its files and options. yargs' parser takes it apart. */
import { Parser } from 'yargs/helpers'
import { UserError } from '../base/issue.js'
import { nearest } from '../base/nearest.js'
import { COMMANDS } from './commands.js'
import { helpOf } from './help.js'
import { type CommandName, OPTION_LIST, type Option, type Options, optionsOf } from './options.js'

export type CommandLine =
  | { readonly command: CommandName; readonly files: readonly string[]; readonly options: Options }
  | { readonly command: 'help' | 'version'; readonly text: string }

/** What the arguments ask for; a UserError that names everything wrong with them. */
export function parseCommandLine(argv: readonly string[], version: string): CommandLine {
  const command: CommandName = argv[0] === 'validate' ? 'validate' : 'train'
  const { values, problem } = taken(command === 'train' ? argv : argv.slice(1), command)
  if (values.help) return { command: 'help', text: helpOf(command) }
  if (values.version) return { command: 'version', text: version }
  const problems = problem === undefined ? [...problemsOf(command, values)] : [problem]
  if (problems.length > 0) {
    const more = command === 'train' ? 'train --help' : `train ${command} --help`
    throw new UserError([...problems, `See: ${more}`].join('\n'))
  }
  const options = Object.fromEntries(
    OPTION_LIST.map(({ name, type }) => [name, values[name] ?? (type === 'texts' ? [] : undefined)]),
  )
  return { command, files: values._, options: options as unknown as Options }
}

type Values = Readonly<Record<string, unknown>> & { readonly _: string[] }

/** The arguments taken apart; the parser stops at an option without its value. */
function taken(argv: readonly string[], command: CommandName): { values: Values; problem?: string } {
  const options = optionsOf(command)
  const listed = (of: typeof options) => of.map(({ name }) => name)
  const { argv: values, error } = Parser.detailed([...argv], {
    boolean: ['help', 'version', ...listed(options.filter(isFlag))],
    string: ['_', ...listed(options.filter((one) => !isFlag(one)))],
    array: listed(options.filter(({ type }) => type === 'texts')),
    narg: Object.fromEntries(options.filter((one) => !isFlag(one)).map(({ name }) => [name, 1])),
    alias: Object.fromEntries([['help', ['h']], ...options.map(({ name, alias }) => [name, alias ? [alias] : []])]),
    default: Object.fromEntries(options.flatMap((one) => (one.default === undefined ? [] : [[one.name, one.default]]))),
    configuration: { 'boolean-negation': false, 'camel-case-expansion': false, 'dot-notation': false },
  })
  if (!error) return { values: values as Values }
  // `Not enough arguments following: engine`, which is all that the parser can complain about here
  const last = error.message.split(': ').at(-1)
  const option = options.find(({ name, alias }) => name === last || alias === last)
  if (!option) throw error
  return { values: values as Values, problem: `--${option.name} needs a value: --${option.name} ${option.value}` }
}

/** What is wrong with parsed arguments, a line each. */
function* problemsOf(command: CommandName, values: Values): Iterable<string> {
  const options = optionsOf(command)
  const known = [...options.flatMap(({ name, alias }) => (alias ? [name, alias] : [name])), 'help', 'h', 'version', '_']
  for (const name of Object.keys(values)) {
    if (known.includes(name)) continue
    const near = nearest(name, known)
    yield `Unknown option ${dashed(name)}${near === undefined ? '' : `; did you mean ${dashed(near)}?`}`
  }
  for (const option of options) {
    const { name, type, choices, value: placeholder } = option
    const value = values[name]
    if (value === undefined || type === 'texts' || (isFlag(option) && typeof value === 'boolean')) continue
    if (typeof value !== 'string') yield `--${name} is given more than once`
    else if (value === '') yield `--${name} needs a value: --${name} ${placeholder}`
    else if (choices && !Object.hasOwn(choices, value)) {
      const near = nearest(value, Object.keys(choices))
      const hint = near === undefined ? '' : `; did you mean "${near}"?`
      yield `--${name}: found "${value}", must be one of ${Object.keys(choices).join(', ')}${hint}`
    }
  }
  const { least, most } = COMMANDS[command].files
  if (values._.length < least) yield `No spec is given: ${COMMANDS[command].usage}`
  if (values._.length > most) yield `One spec at a time, found ${values._.length}: ${values._.join(' ')}`
}

const isFlag = ({ type }: Option): boolean => type === 'flag'

const dashed = (name: string): string => (name.length === 1 ? `-${name}` : `--${name}`)
