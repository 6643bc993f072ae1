/** Help, from the tables of commands and exit codes. */
import type { Command, Commands, Option } from './command.js'
import { EXIT, type ExitName } from './exit-codes.js'

/** What `--help` prints, without the last line break. That of `train` lists the other commands. */
export function helpOf(name: string, commands: Commands): string {
  const { usage, help, examples, exits, operands, options: own } = commands[name]!
  const options: Row[] = [
    ...Object.entries(own).flatMap(([name, option]) => optionRows(name, option)),
    ['-h, --help', 'Show this help'],
    ['    --version', 'Show the version'],
  ]
  const codes = Object.entries(exits).map(([name, words]): Row => [String(EXIT[name as ExitName]).padStart(3), words])
  const others = Object.values(commands).filter((command) => command !== commands.train)
  return [
    `Usage: ${usage} [options]\n\n${help}`,
    ...(name === 'train' ? [`Other commands:\n${table(others.map(rowOf))}`] : []),
    ...(operands.words ? [table(Object.entries(operands.words))] : []),
    `Options:\n${table(options)}`,
    `Examples:\n${table(examples)}`,
    `Exit codes:\n${table(codes)}`,
  ].join('\n\n')
}

type Row = readonly [string, string]

const rowOf = ({ usage, summary }: Command): Row => [usage, summary]

function optionRows(name: string, { alias, value, help, choices, default: preset }: Option): Row[] {
  const longest = Math.max(0, ...Object.keys(choices ?? {}).map(({ length }) => length))
  const meanings = Object.entries(choices ?? {}).map(([choice, meaning]): Row => {
    const mark = choice === preset ? ' (default)' : ''
    return ['', `  ${choice.padEnd(longest)} ${meaning}${mark}`]
  })
  const text = preset === undefined || choices ? help : `${help}. Default: ${preset}`
  return [[`${alias ? `-${alias}, ` : '    '}--${name}${value === undefined ? '' : ` ${value}`}`, text], ...meanings]
}

function table(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}   ${right}`).join('\n')
}
