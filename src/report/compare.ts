/** Formats a comparison of runs: text for a terminal, and Markdown. */
import { visible } from '../base/visible.js'
import type { CompareReport } from '../export/compare-report.js'
import type { History } from '../export/history.js'
import { formatDuration, formatMetric, formatMilliseconds } from './numbers.js'
import { sparkline } from './sparkline.js'
import { cut, tableLines } from './table.js'

/** A comparison with the histories of its runs, for their curves. */
export interface Compared {
  readonly report: CompareReport
  readonly histories: readonly Pick<History, 'metrics'>[]
}

/** Columns of a number. */
const CELL = 14
/** Columns of a curve. */
const CURVE = 20
/** Columns of a name on the left. */
const LONGEST_NAME = 28
/** Fields of the spec in the terminal, which has one screen. */
const MOST_FIELDS = 12

/** Lines of at most `width` columns. Runs have letters, because their paths may be long. */
export function compareLines(compared: Compared, width: number): string[] {
  const { report } = compared
  const { runs, spec, measures } = report
  const fields = (spec ?? []).slice(0, MOST_FIELDS)
  const more = (spec ?? []).length - fields.length
  const named = <Cells>(name: string, cells: Cells) => [cut(name, LONGEST_NAME), cells] as const
  return [
    ...runLines(report),
    '',
    ...(fields.length === 0
      ? [withoutFields(report)]
      : grid(
          ['Spec', ...letters(runs)],
          fields.map(({ path, values }) => named(path, values.map(fieldText))),
          { cell: CELL, width },
        )),
    ...(more > 0 ? [`  and ${more} more fields; --json and --markdown list all`] : []),
    '',
    ...grid(
      ['Measures (* is best)', ...measureHeads(report)],
      measures.map((one) => named(one.key, measureTexts(one))),
      { cell: CELL, width },
    ),
    '',
    ...grid(['Curves', ...letters(runs)], curveRows(compared), { cell: CURVE, width }),
  ]
}

const withoutFields = ({ spec }: CompareReport): string =>
  spec === null ? 'A history is given without its spec, so specs are not compared.' : 'The specs are the same.'

type Row = readonly [name: string, cells: readonly string[]]

interface GridOptions {
  /** Columns of a cell. */
  readonly cell: number
  readonly width: number
}

/** A table with a column for each run, and further tables for those that do not fit beside them. */
function grid([title, ...heads]: readonly string[], rows: readonly Row[], { cell, width }: GridOptions): string[] {
  const left = Math.max(title!.length, ...rows.map(([name]) => name.length + 2))
  const fit = Math.max(1, Math.floor((width - left) / (cell + 2)))
  const lines: string[] = []
  for (let from = 0; from < heads.length; from += fit) {
    const part = (items: readonly string[]) => items.slice(from, from + fit)
    const body = rows.map(([name, cells]) => [`  ${name}`, ...part(cells).map((text) => cut(text, cell))])
    lines.push(...tableLines([[title!, ...part(heads)], ...body], 'l'.repeat(fit + 1)))
  }
  return lines
}

/** `A`, `B`, ... `Z`, `AA` */
const letterOf = (index: number): string =>
  (index < 26 ? '' : letterOf(Math.floor(index / 26) - 1)) + String.fromCharCode(65 + (index % 26))

const RUN_HEAD = ['', 'run', 'epochs', 'best', 'stopped', 'time', 'per epoch']

const runLines = ({ runs }: CompareReport): string[] =>
  tableLines(
    [
      RUN_HEAD,
      ...runs.map((run, index) => [letterOf(index), ...runCells(run, (text) => endOf(visible(text), LONGEST_NAME))]),
    ],
    'llrrlrr',
  )

const runCells = (
  { run, epochs, best, stop, total_seconds, seconds_per_epoch }: CompareReport['runs'][number],
  shown: (text: string) => string,
): string[] => [
  shown(run),
  String(epochs),
  best === null ? '-' : String(best.epoch),
  stop.replaceAll('_', ' '),
  formatDuration(total_seconds),
  seconds_per_epoch === null ? '-' : perEpoch(seconds_per_epoch),
]

const perEpoch = (seconds: number): string =>
  seconds < 0.95 ? formatMilliseconds(1000 * seconds) : formatDuration(seconds)

/** The end of a path says most. */
const endOf = (text: string, most: number): string => (text.length > most ? `...${text.slice(3 - most)}` : text)

const fieldText = (field: NonNullable<CompareReport['spec']>[number]['values'][number]): string =>
  field === null ? '-' : typeof field.value === 'string' ? field.value : JSON.stringify(field.value)

/** The value of each run; of two runs, also how much the second is above the first. */
function measureTexts({ values, best }: CompareReport['measures'][number]): string[] {
  const texts = values.map((value, index) => `${numberText(value)}${best.includes(index) ? ' *' : ''}`)
  if (values.length !== 2) return texts
  const [first, second] = values as [number | null, number | null]
  const change = first === null || second === null ? null : second - first
  return [...texts, change !== null && change > 0 ? `+${numberText(change)}` : numberText(change)]
}

const numberText = (value: number | null): string => (value === null ? '-' : value === 0 ? '0' : formatMetric(value))

/** Names of the columns of measures. */
const measureHeads = ({ runs }: CompareReport): string[] => [...letters(runs), ...(runs.length === 2 ? ['B - A'] : [])]

const letters = (runs: readonly unknown[]): string[] => runs.map((_, index) => letterOf(index))

/** A line for each run and key; lines of one key have the same scale. */
function curveRows({ histories }: Compared): Row[] {
  const keys = [...new Set(histories.flatMap(({ metrics }) => Object.keys(metrics)))]
  return keys.map((key) => {
    const curves = histories.map(({ metrics }) => (Object.hasOwn(metrics, key) ? metrics[key]! : []))
    const numbers = curves.flat().filter((value) => value !== null)
    const scale = numbers.reduce<readonly [number, number]>(
      ([least, largest], value) => [Math.min(least, value), Math.max(largest, value)],
      [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    )
    return [cut(key, LONGEST_NAME), curves.map((curve) => sparkline(curve, CURVE, scale))]
  })
}

/** The same as tables of GitHub's Markdown, with every field of the specs. */
export function compareMarkdown(compared: Compared): string[] {
  const { report } = compared
  const names = letters(report.runs)
  const runs = report.runs.map((run, index) => [names[index]!, ...runCells(run, (text) => text)])
  const measures = report.measures.map((one): Row => [one.key, measureTexts(one)])
  return [
    ...markdownTable(RUN_HEAD, runs),
    ...(report.spec?.length
      ? section(
          ['Spec', ...names],
          report.spec.map(({ path, values }): Row => [path, values.map(fieldText)]),
        )
      : ['', withoutFields(report)]),
    ...section(['Measures (* is best)', ...measureHeads(report)], measures),
    ...section(['Curves', ...names], curveRows(compared)),
  ]
}

const section = (head: readonly string[], rows: readonly Row[]): string[] => [
  '',
  ...markdownTable(
    head,
    rows.map(([name, cells]) => [name, ...cells]),
  ),
]

const markdownTable = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [head, head.map(() => '---'), ...rows].map(
    (cells, index) => `| ${cells.map((cell) => (index === 1 ? cell : plain(cell))).join(' | ')} |`,
  )

/** Text that Markdown shows as it is. */
const plain = (text: string): string => visible(text).replace(/[\\`*_[\]|~&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`)
