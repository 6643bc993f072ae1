/** Makes the help of a command from the tables of commands and exit codes. */
import type { Command, Commands, Option } from './command.js'
import { EXIT, type ExitName } from './exit-codes.js'

/** Help fits a terminal of this many columns. */
const WIDTH = 80

/** The text of `--help`, without the last line break. The help of `train` lists the other commands. */
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
    `Examples:\n${examples.map(([line, effect]) => `  # ${effect}\n  ${line}`).join('\n')}`,
    `Exit codes:\n${table(codes)}`,
  ].join('\n\n')
}

type Row = readonly [string, string]

const rowOf = ({ usage, summary }: Command): Row => [usage, summary]

function optionRows(name: string, { alias, value, help, choices, default: preset }: Option): Row[] {
  const meanings = Object.entries(choices ?? {}).map(
    ([choice, meaning]): Row => [`        ${choice}`, choice === preset ? `${meaning} (default)` : meaning],
  )
  const text = preset === undefined || choices ? help : `${help}. Default: ${preset}`
  return [[`${alias ? `-${alias}, ` : '    '}--${name}${value === undefined ? '' : ` ${value}`}`, text], ...meanings]
}

function table(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([left]) => left.length))
  const indent = ' '.repeat(2 + width + 3)
  return rows
    .map(([left, right]) => `  ${left.padEnd(width)}   ${wrapped(right, WIDTH - indent.length).join(`\n${indent}`)}`)
    .join('\n')
}

/** Lines of whole words, at most `width` characters long. A longer word has a line of its own. */
const wrapped = (text: string, width: number): readonly string[] =>
  text.match(new RegExp(`(?! )(.{1,${width}}|\\S+)(?= |$)`, 'g')) ?? []
