/**
 * The table of a model as Keras prints it (keras/src/utils/summary_utils.py), but long names wrap instead of being cut
 * off.
 */
import { styleText } from 'node:util'
import { formatShape } from '../base/shape.js'
import type { SummaryReport } from '../export/summary-report.js'

interface Column {
  readonly header: string
  /** Width of the text, without the space on each side. */
  readonly width: number
  readonly right?: boolean
  /** The text to colour, and its colour. */
  readonly paint: readonly [RegExp, Color]
}

/** Keras' colours of a number, of a type and of None, as codes of the 256-colour palette. */
type Color = 'number' | 'type'
const CODES: Readonly<Record<Color, number>> = { number: 34, type: 33 }
const NONE = 45

const column = (header: string, width: number, paint: Column['paint'], right = false): Column => ({
  header,
  width,
  paint,
  right,
})

/** Column widths of Keras at its default line length: 88 for a stack, 108 for any other model. */
const STACK = [
  column('Layer (type)', 36, [/(?<=\()\w+(?=\) *$)/g, 'type']),
  column('Output Shape', 27, [/\d+|None/g, 'number']),
  column('Param #', 15, [/[\d,]+/g, 'number'], true),
]
const GRAPH = [
  column('Layer (type)', 29, [/(?<=\()\w+(?=\) *$)/g, 'type']),
  column('Output Shape', 25, [/\d+|None/g, 'number']),
  column('Param #', 15, [/[\d,]+/g, 'number'], true),
  column('Connected to', 26, [/(?<=\[)\d+(?=\])/g, 'number']),
]

export function modelTable(report: SummaryReport, color: boolean): string[] {
  const { name, stack, layers, parameters } = report
  const columns = stack ? STACK : GRAPH
  const bold = (text: string) => (color ? styleText('bold', text, { validateStream: false }) : text)
  const paint = (text: string, { paint: [pattern, kind] }: Column) =>
    color ? text.replace(pattern, (found) => painted(found, found === 'None' ? NONE : CODES[kind])) : text
  const rows = (stack ? layers.filter(({ type }) => type !== 'Input') : layersWithData(report)).map((layer) =>
    cellsOf(layer, report).slice(0, columns.length),
  )
  const rule = (left: string, line: string, cross: string, right: string) =>
    left + columns.map(({ width }) => line.repeat(width + 2)).join(cross) + right
  const header = columns.map((one) => ` ${bold(padded(one.header, one))} `)
  const count = (label: string, number: number) =>
    `${bold(` ${label}: `)}${color ? painted(number.toLocaleString('en'), CODES.number) : number.toLocaleString('en')} (${memorySize(4 * number)})`
  return [
    bold(`Model: "${name}"`),
    rule('┏', '━', '┳', '┓'),
    `┃${header.join('┃')}┃`,
    rule('┡', '━', '╇', '┩'),
    ...rows.flatMap((cells, index) => {
      const folded = cells.map((cell, at) => foldedLines(cell, columns[at]!.width))
      const height = Math.max(...folded.map((lines) => lines.length))
      const lines = Array.from({ length: height }, (_, line) => {
        const texts = columns.map((one, at) => ` ${paint(padded(folded[at]![line] ?? '', one), one)} `)
        return `│${texts.join('│')}│`
      })
      return index === 0 ? lines : [rule('├', '─', '┼', '┤'), ...lines]
    }),
    rule('└', '─', '┴', '┘'),
    count('Total params', parameters.total),
    count('Trainable params', parameters.trainable),
    count('Non-trainable params', parameters.non_trainable),
  ]
}

type Layer = SummaryReport['layers'][number]

/** The layers, preceded by the inputs of the data that a layer takes without an Input layer. */
function layersWithData({ inputs, layers }: SummaryReport): readonly Layer[] {
  const taken = new Set(
    layers.flatMap(({ type, calls }) => (type === 'Input' ? [] : calls.flatMap((call) => call.inputs))),
  )
  const data = inputs
    .filter(({ name }) => taken.has(name))
    .map(({ name, shape }) => ({
      ...{ name, type: 'Input', parameters: 0 },
      calls: [{ name, inputs: [], output_shape: shape }],
    }))
  return [...data, ...layers]
}

function cellsOf({ name, type, parameters, calls }: Layer, report: SummaryReport): string[] {
  const connections = type === 'Input' ? [] : calls.flatMap(({ inputs }) => inputs.map((input) => place(input, report)))
  return [
    `${name} (${type === 'Input' ? 'InputLayer' : type})`,
    formatShape([null, ...calls.at(-1)!.output_shape]),
    parameters.toLocaleString('en'),
    connections.join(', ') || '-',
  ]
}

/** Formats a connection as Keras does: `dense[1][0]` is the first output of the second call of a layer. */
function place(name: string, { layers }: SummaryReport): string {
  const owner = layers.find(({ calls }) => calls.some((call) => call.name === name))
  return `${owner?.name ?? name}[${owner?.calls.findIndex((call) => call.name === name) ?? 0}][0]`
}

/** Breaks text between words, and within words that are too long. */
function foldedLines(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`
      continue
    }
    for (let at = 0; at < word.length; at += width) lines.push(word.slice(at, at + width))
  }
  return lines
}

const padded = (text: string, { width, right }: Column): string => (right ? text.padStart(width) : text.padEnd(width))

const painted = (text: string, code: number): string => `\x1b[38;5;${code}m${text}\x1b[39m`

/** Keras' `readable_memory_size`: powers of 1024. */
function memorySize(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  let size = bytes
  let unit = 0
  for (; size >= 1024 && unit < units.length - 1; unit++) size /= 1024
  return `${size.toFixed(2)} ${units[unit]}`
}
