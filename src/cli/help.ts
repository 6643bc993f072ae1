/** Help, from the tables of commands, options and exit codes. */
import { COMMANDS } from './commands.js'
import { EXIT, type ExitName } from './exit-codes.js'
import { type CommandName, defaultOf, type Option, optionsOf, placeholderOf } from './options.js'

/** What `--help` prints, without the last line break. */
export function helpOf(command: CommandName): string {
  const { usage, help, examples, exits, operands } = COMMANDS[command]
  const options: Row[] = [
    ...optionsOf(command).flatMap((option) => optionRows(option, command)),
    ['-h, --help', 'Show this help'],
    ['    --version', 'Show the version'],
  ]
  const codes = Object.entries(exits).map(([name, words]): Row => [String(EXIT[name as ExitName]).padStart(3), words])
  return [
    `Usage: ${usage}\n\n${help}`,
    ...(operands.words ? [table(Object.entries(operands.words))] : []),
    `Options:\n${table(options)}`,
    `Examples:\n${table(examples)}`,
    `Exit codes:\n${table(codes)}`,
  ].join('\n\n')
}

type Row = readonly [string, string]

function optionRows(option: Option & { readonly name: string }, command: CommandName): Row[] {
  const { name, alias, help, choices } = option
  const [value, preset] = [placeholderOf(option, command), defaultOf(option, command)]
  const longest = Math.max(0, ...Object.keys(choices ?? {}).map(({ length }) => length))
  const meanings = Object.entries(choices ?? {}).map(([choice, meaning]): Row => {
    const mark = choice === preset ? ' (default)' : ''
    return ['', `  ${choice.padEnd(longest)} ${meaning}${mark}`]
  })
  const words = typeof help === 'string' ? help : help[command]!
  const text = preset === undefined || choices ? words : `${words}. Default: ${preset}`
  return [[`${alias ? `-${alias}, ` : '    '}--${name}${value === undefined ? '' : ` ${value}`}`, text], ...meanings]
}

function table(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}   ${right}`).join('\n')
}
