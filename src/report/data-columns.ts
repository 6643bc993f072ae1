/** Formats the columns of the report of `train data`. */
import { firstNames } from '../base/first-names.js'
import { visible } from '../base/visible.js'
import type { DataReport } from '../export/data-report.js'
import { short } from './short-number.js'
import { cut, tableLines, wrapped } from './table.js'

type Column = DataReport['columns'][number]

/** Columns that are listed. */
const MOST_LISTED = 60
const MOST_CHARACTERS = 20

export function columnLines(columns: readonly Column[], width: number): string[] {
  const listed = columns.slice(0, MOST_LISTED)
  const header = ['Column', 'is', 'gaps', 'values', 'least', 'mean', 'largest', '']
  const lines = tableLines([header, ...listed.map(cellsOf)], 'llrrrrrl')
  const rest = columns.length - listed.length
  return [
    lines[0]!,
    ...listed.map((column, index) => withValues(lines[index + 1]!, column, width)),
    ...(rest > 0 ? [`and ${rest} more columns`] : []),
    ...decisionLines(columns, width),
  ]
}

function cellsOf({ name, kind, gaps, distinct, numbers, histogram }: Column): string[] {
  const range = numbers ? [numbers.least, numbers.mean, numbers.largest].map(short) : ['', '', '']
  return [
    cut(name, MOST_CHARACTERS),
    kind,
    gaps === 0 ? '' : gaps.toLocaleString('en'),
    distinct === null ? '' : distinct.toLocaleString('en'),
    ...range,
    bars(histogram),
  ]
}

/** Adds the most frequent texts, as many as there is room for, below the numbers of other columns. */
function withValues(line: string, { numbers, frequent }: Column, width: number): string {
  if (numbers || frequent.length === 0) return line
  const room = width - line.length - GAP.length
  const shown: string[] = []
  for (const { value } of frequent) {
    if ([...shown, visible(value), '...'].join(', ').length > room) break
    shown.push(visible(value))
  }
  if (shown.length === 0) return line
  const isAll = shown.length === frequent.length
  return `${line}${GAP}${[...shown, ...(isAll ? [] : ['...'])].join(', ')}`
}

const GAP = '  '

const BARS = ' ▁▂▃▄▅▆▇█'

/** One bar for each count; the largest is full, and only 0 is empty. */
function bars(counts: readonly number[]): string {
  const most = Math.max(...counts)
  return counts.map((count) => BARS[Math.ceil((count / most) * (BARS.length - 1))]).join('')
}

/** Lists the use of each column, and the reason if the spec leaves the use open. */
function decisionLines(columns: readonly Column[], width: number): string[] {
  const groups = new Map<string, string[]>()
  for (const { name, use, type, why } of columns) {
    const key =
      use === 'none' ? `left out, ${why}` : type === null ? '' : `${use}, ${type}${why === null ? '' : `: ${why}`}`
    if (key !== '') groups.set(key, [...(groups.get(key) ?? []), name])
  }
  const lines = [...groups].flatMap(([words, names]) =>
    wrapped(`${firstNames(names.map(visible), MOST_NAMED)} (${words})`, '  ', width),
  )
  return lines.length === 0 ? [] : ['', 'Use', ...lines]
}

const MOST_NAMED = 10
