/** Formats a list of runs. */
import { formatBytes } from '../base/bytes.js'
import { visible } from '../base/visible.js'
import type { RunsReport } from '../export/runs-report.js'
import { formatMetric } from './numbers.js'
import { tableLines } from './table.js'

/** `now`: milliseconds since 1970. */
export function runsLines({ runs }: Pick<RunsReport, 'runs'>, now: number): string[] {
  if (runs.length === 0) return ['There are no runs.']
  const rows = runs.map(({ run, state, score, epochs, of, started, bytes }) => [
    visible(run),
    state.replaceAll('_', ' '),
    of === null ? String(epochs) : `${epochs}/${of}`,
    score === null ? '-' : `${visible(score.key)} ${score.value === null ? 'nan' : formatMetric(score.value)}`,
    ageOf((now - Date.parse(started)) / 1000),
    formatBytes(bytes),
  ])
  return tableLines([['Run', 'state', 'epochs', 'score', 'age', 'size'], ...rows], 'llrlrr')
}

const UNITS = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
] as const

/** `5 s`, `12 min`, `3 h`, `40 d` */
function ageOf(seconds: number): string {
  const [size, unit] = UNITS.find(([least]) => seconds >= least) ?? [1, 's']
  return `${Math.max(0, Math.floor(seconds / size))} ${unit}`
}
