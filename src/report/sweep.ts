/** Formats the trials of a sweep. */
import { visible } from '../base/visible.js'
import type { SweepReport } from '../export/sweep-report.js'
import { formatDuration, formatMetric } from './numbers.js'
import { cut, tableLines } from './table.js'

type Row = SweepReport['trials'][number]

/** Columns of a value that is tried. */
const VALUE = 24

/** The table, the best trial first. */
export function sweepLines(report: SweepReport, trials: readonly Row[] = report.trials): string[] {
  const { fields, tests, monitor } = report
  const head = ['Trial', ...shortNames(fields), 'epochs', monitor.key, ...tests, 'state']
  const rows = trials.map(({ trial, values, epochs, of, value, measures, state }) => [
    String(trial),
    ...fields.map((path) => cut(valueText(values[path]), VALUE)),
    `${epochs}/${of}`,
    ...[value, ...tests.map((key) => measures[key] ?? null)].map(numberText),
    state.replaceAll('_', ' '),
  ])
  return tableLines([head.map(visible), ...rows], `r${'r'.repeat(fields.length)}r${'r'.repeat(1 + tests.length)}l`)
}

const numberText = (value: number | null): string => (value === null ? '-' : value === 0 ? '0' : formatMetric(value))

const valueText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** The last words of each path that tell it from the others: `learning_rate`, or `layers.0.units` and `layers.2.units`. */
export function shortNames(paths: readonly string[]): string[] {
  const short = (path: string, words: number) => path.split('.').slice(-words).join('.')
  return paths.map((path) => {
    const all = path.split('.').length
    const words = Array.from({ length: all }, (_, index) => index + 1).find(
      (count) => paths.filter((other) => short(other, count) === short(path, count)).length === 1,
    )
    return short(path, words ?? all)
  })
}

/** The table while trials run: these first, and not those that have yet to begin. `left`: seconds; null if not known. */
export function liveSweepLines(report: SweepReport, left: number | null): string[] {
  const shown = report.trials.filter(({ state }) => state !== 'waiting')
  const [running, others] = [true, false].map((is) => shown.filter(({ state }) => (state === 'under_way') === is))
  return [progressLine(report, left), ...sweepLines(report, [...running!, ...others!])]
}

function progressLine({ name, trials, monitor, best }: SweepReport, left: number | null): string {
  const count = (...states: readonly Row['state'][]) => trials.filter(({ state }) => states.includes(state)).length
  const [waiting, running] = [count('waiting', 'interrupted'), count('under_way')]
  const found = trials.find(({ trial }) => trial === best)
  return [
    `Sweep of ${visible(name)}: ${trials.length - waiting - running} of ${trials.length} trials are done, ${running} under way`,
    ...(found ? [`best ${visible(monitor.key)} ${numberText(found.value)} (trial ${found.trial})`] : []),
    ...leftTexts(left),
  ].join(', ')
}

const leftTexts = (seconds: number | null): string[] => (seconds ? [`about ${formatDuration(seconds)} left`] : [])

/** The line of a trial that has ended or pauses, for an output that is no terminal. */
export function trialLine({ trials, monitor, fields }: SweepReport, number: number, left: number | null): string {
  const { epochs, of, value, state, failure, values } = trials.find(({ trial }) => trial === number)!
  const how =
    state === 'failed'
      ? `failed (${failure})`
      : state === 'stopped' || state === 'waiting'
        ? `${epochs} of ${of} epochs`
        : state.replaceAll('_', ' ')
  const names = shortNames(fields)
  const tried = fields.map((path, index) => `${names[index]}=${cut(valueText(values[path]), VALUE)}`)
  return [
    `Trial ${number} of ${trials.length}: ${how}`,
    ...(value === null ? [] : [`${visible(monitor.key)} ${numberText(value)}`]),
    ...tried.map(visible),
    ...leftTexts(left),
  ].join(', ')
}
