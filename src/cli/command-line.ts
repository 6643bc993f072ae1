/** Reads the command line: which command, its files and options. yargs takes it apart. */
import yargs from 'yargs'
import { UserError } from '../base/issue.js'
import { nearest } from '../base/nearest.js'
import { COMMANDS } from './commands.js'
import { helpOf } from './help.js'
import { type CommandName, OPTION_LIST, type Options, optionsOf } from './options.js'

export type CommandLine =
  | { readonly command: CommandName; readonly files: readonly string[]; readonly options: Options }
  | { readonly command: 'help' | 'version'; readonly text: string }

/** What the arguments ask for; a UserError that names everything wrong with them. */
export function parseCommandLine(argv: readonly string[], version: string): CommandLine {
  const command: CommandName = argv[0] === 'validate' ? 'validate' : 'train'
  const given = command === 'train' ? argv : argv.slice(1)
  const parser = parserOf(command)
  const values = parser.parse(incomplete(given, command)) as Readonly<Record<string, unknown>> & { _: string[] }
  if (values.help) return { command: 'help', text: helpOf(command) }
  if (values.version) return { command: 'version', text: version }
  const problems = [...problemsOf(command, values)]
  if (problems.length > 0) {
    const more = command === 'train' ? 'train --help' : `train ${command} --help`
    throw new UserError([...problems, `See: ${more}`].join('\n'))
  }
  const options = Object.fromEntries(
    OPTION_LIST.map(({ name, type }) => [name, values[name] ?? (type === 'texts' ? [] : undefined)]),
  )
  return { command, files: values._, options: options as unknown as Options }
}

/** An option at the very end has no value: say so in our words. */
function incomplete(argv: readonly string[], command: CommandName): readonly string[] {
  const last = argv.at(-1)
  const option = optionsOf(command).find(({ name, alias }) => last === `--${name}` || (alias && last === `-${alias}`))
  if (!option) return argv
  throw new UserError(`--${option.name} needs a value: --${option.name} ${option.value}`)
}

function parserOf(command: CommandName) {
  const parser = yargs()
    .locale('en')
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new UserError(message)
    })
    .help(false)
    .version(false)
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .option('help', { type: 'boolean', alias: 'h' })
    .option('version', { type: 'boolean' })
  for (const { name, type, alias, default: preset } of optionsOf(command)) {
    parser.option(name, {
      type: 'string',
      nargs: 1,
      ...(type === 'texts' && { array: true }),
      ...(alias && { alias }),
      ...(preset !== undefined && { default: preset }),
    })
  }
  return parser
}

/** What is wrong with parsed arguments, a line each. */
function* problemsOf(
  command: CommandName,
  values: Readonly<Record<string, unknown>> & { _: string[] },
): Iterable<string> {
  const options = optionsOf(command)
  const known = [
    ...options.flatMap(({ name, alias }) => (alias ? [name, alias] : [name])),
    'help',
    'h',
    'version',
    '_',
    '$0',
  ]
  for (const name of Object.keys(values)) {
    if (known.includes(name)) continue
    const near = nearest(name, known)
    yield `Unknown option ${dashed(name)}${near === undefined ? '' : `; did you mean ${dashed(near)}?`}`
  }
  for (const { name, type, choices } of options) {
    const value = values[name]
    if (value === undefined || type === 'texts') continue
    if (typeof value !== 'string') yield `--${name} is given more than once`
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

const dashed = (name: string): string => (name.length === 1 ? `-${name}` : `--${name}`)
