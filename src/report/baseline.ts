/** Shows a baseline while it is made. */
import type { Baseline } from '../export/baseline.js'
import type { History } from '../export/history.js'
import { formatDuration, formatMetric } from './numbers.js'
import { tableLines, wrapped } from './table.js'

/** `Seed 42: test_loss 0.2532, test_accuracy 0.9215, took 1.2 s` */
export function seedLine({ seed, epochs, test, total_seconds }: History): string {
  const tested = Object.entries(test ?? {}).map(([key, value]) => `test_${key} ${written(value)}`)
  const trained = `${epochs} epoch${epochs === 1 ? '' : 's'}`
  return `Seed ${seed}: ${[trained, ...tested].join(', ')}, took ${formatDuration(total_seconds)}`
}

/** A row for each measure, and a warning for each that is no number in a run. */
export function baselineLines({ seeds, measures }: Baseline): string[] {
  const rows = Object.entries(measures).map(([key, { mean, deviation, values }]) => {
    const numbers = values.filter((value) => value !== null)
    const range = numbers.length < values.length ? [null, null] : [Math.min(...numbers), Math.max(...numbers)]
    return [key, ...[mean, deviation, ...range].map(written)]
  })
  const undefinedKeys = Object.keys(measures).filter((key) => measures[key]!.mean === null)
  return [
    ...tableLines([[`${seeds.length} seeds`, 'mean', 'deviation', 'least', 'largest'], ...rows], 'lrrrr'),
    ...undefinedKeys.flatMap((key) =>
      wrapped(`Warning: ${key} was not a number with every seed; a check of it fails.`),
    ),
  ]
}

const written = (value: number | null): string => (value === null ? '-' : formatMetric(value))
