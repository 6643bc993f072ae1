/** Draws learning curves as text. */
import { formatMetric } from '../numbers.js'
import { short } from '../short-number.js'
import { type BestEpoch, type Curve, type CurvePlot, LEARNING_RATE, type Panel, rangeOf } from './curves.js'

export interface TerminalOptions {
  readonly title: string
  /** Columns of the terminal. */
  readonly width: number
  readonly color: boolean
}

/** Lines of a panel. */
const HEIGHT = 10
/** Columns of the numbers beside a panel. */
const MARGIN = 11
const LEAST_WIDTH = 20
const MOST_WIDTH = 100

/** With colours, curves are fine dots of Braille letters; without, each curve has a letter. */
export function terminalCurves(plot: CurvePlot, { title, width, color }: TerminalOptions): string[] {
  const columns = Math.max(LEAST_WIDTH, Math.min(MOST_WIDTH, width - MARGIN - 1))
  const pens = pensOf(plot)
  const penOf = (curve: Curve) => pens.find(({ name }) => name === nameOf(curve, plot))!
  return [
    title,
    ...plot.panels.flatMap((panel) => ['', ...panelLines(panel, { columns, color, epochs: plot.epochs, penOf })]),
    '',
    ...pens.map((pen) => `${painted(color ? '━━' : pen.letter, pen, color)} ${pen.name}`),
    ...plot.best.map((one) => bestLine(one, plot.runs.length > 1)),
  ]
}

interface Pen {
  readonly name: string
  readonly letter: string
  /** Code of a colour (ECMA-48 SGR). */
  readonly color: number
}

const COLORS = [34, 33, 32, 35, 31, 36, 94, 93, 92, 95, 91, 96]
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

const pensOf = (plot: CurvePlot): Pen[] =>
  [...new Set(plot.panels.flatMap(({ curves }) => curves.map((curve) => nameOf(curve, plot))))].map((name, index) => ({
    name,
    letter: LETTERS[index % LETTERS.length]!,
    color: COLORS[index % COLORS.length]!,
  }))

function nameOf({ run, part }: Curve, { runs }: CurvePlot): string {
  const own = part ?? 'learning rate'
  return runs.length === 1 ? own : `${run}, ${own}`
}

const painted = (text: string, { color }: Pen, isOn: boolean): string => (isOn ? `\x1b[${color}m${text}\x1b[39m` : text)

function bestLine({ run, epoch, monitor, value, isMonitored }: BestEpoch, hasRuns: boolean): string {
  const found = value === null ? '' : ` ${formatMetric(value)}`
  return `${isMonitored ? 'Best epoch' : `Lowest ${monitor}`}${hasRuns ? ` of ${run}` : ''}: epoch ${epoch}${isMonitored ? `, ${monitor}` : ','}${found}`
}

interface PanelOptions {
  readonly columns: number
  readonly color: boolean
  readonly epochs: number
  penOf(curve: Curve): Pen
}

function panelLines({ key, isLog, curves }: Panel, { columns, color, epochs, penOf }: PanelOptions): string[] {
  const name = `${key === LEARNING_RATE ? 'learning rate' : key}${isLog ? ', log scale' : ''}`
  const [least, largest] = rangeOf(curves.flatMap(({ values }) => values.filter((value) => value !== null)))
  if (least > largest) return [`${name}: no value is finite`]
  const scale = isLog ? Math.log : (value: number) => value
  const height = (value: number) =>
    largest === least ? 0.5 : (scale(value) - scale(least)) / (scale(largest) - scale(least))
  const dots = color ? FINE : COARSE
  const cells = Array.from({ length: HEIGHT }, () => new Array<string>(columns).fill(' '))
  const bits = new Map<string, number>()
  for (const curve of curves) {
    const pen = penOf(curve)
    for (const [x, y] of dotsOf(
      curve.values.map((value) => (value === null ? null : height(value))),
      epochs,
      columns * dots.x,
      HEIGHT * dots.y,
    )) {
      const [column, row] = [Math.floor(x / dots.x), HEIGHT - 1 - Math.floor(y / dots.y)]
      const at = `${row},${column}`
      bits.set(at, (bits.get(at) ?? 0) | BRAILLE[x % dots.x]![y % dots.y]!)
      cells[row]![column] = color ? painted(String.fromCodePoint(0x2800 + bits.get(at)!), pen, true) : pen.letter
    }
  }
  const marks = new Map([
    [0, largest],
    [HEIGHT - 1, least],
  ])
  const axis = cells.map((row, index) => {
    const mark = marks.has(index) ? short(marks.get(index)!) : ''
    return `${mark.padStart(MARGIN - 1)} ${mark === '' ? '│' : '┤'}${row.join('')}`.trimEnd()
  })
  const last = epochs > 1 ? String(epochs) : ''
  return [
    name,
    ...axis,
    `${' '.repeat(MARGIN)}└${'─'.repeat(columns)}`,
    `${' '.repeat(MARGIN + 1)}${epochs > 1 ? '1' : 'epoch 1'}${epochs > 1 ? 'epoch'.padStart(Math.floor(columns / 2) + 1).padEnd(columns - 1 - last.length) : ''}${last}`,
  ]
}

/** Dots of a cell. */
const FINE = { x: 2, y: 4 }
const COARSE = { x: 1, y: 1 }

/** Bits of Unicode's Braille patterns, by column and by row from below. */
const BRAILLE = [
  [0x40, 0x04, 0x02, 0x01],
  [0x80, 0x20, 0x10, 0x08],
]

/** Yields the dots of lines through the values, which are between 0 and 1; `x` from the left, `y` from below. */
function* dotsOf(
  values: readonly (number | null)[],
  epochs: number,
  width: number,
  height: number,
): Generator<readonly [x: number, y: number]> {
  let before: readonly [number, number] | null = null
  for (const [index, value] of values.entries()) {
    if (value === null) {
      before = null
      continue
    }
    const x = epochs === 1 ? 0 : Math.round((index / (epochs - 1)) * (width - 1))
    const here = [x, Math.round(value * (height - 1))] as const
    yield* before ? line(before, here) : [here]
    before = here
  }
}

function* line(
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
): Generator<readonly [number, number]> {
  const steps = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1)
  for (let step = 0; step <= steps; step++) {
    yield [Math.round(x0 + ((x1 - x0) * step) / steps), Math.round(y0 + ((y1 - y0) * step) / steps)]
  }
}
