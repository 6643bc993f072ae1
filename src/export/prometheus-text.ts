/**
 * The numbers of a finished run for Prometheus, in its text format, version 0.0.4: for the textfile collector of the node
 * exporter or for the Pushgateway (prometheus.io/docs/instrumenting/exposition_formats).
 */
import type { History } from './history.js'
import { splitsOf } from './history-splits.js'

type Labels = Readonly<Record<string, string>>
type Sample = readonly [labels: Labels, value: number | null]

export function prometheusText(history: History): string {
  const { name: run, best, restored_best_weights: isRestored, epochs, test, expectations } = history
  const { engine, device, precision, versions } = history
  const kept = (isRestored && best ? best.epoch : epochs) - 1
  const ofModel = Object.entries(history.metrics).flatMap(([key, values]) =>
    kept < 0 ? [] : [[key, values[kept] ?? Number.NaN] as const],
  )
  const measures = [
    ...splitsOf(Object.fromEntries(ofModel)),
    ...Object.entries(test ?? {}).map(([metric, value]) => ({ metric, split: 'test', value })),
  ]
  const one = (value: number): Sample[] => [[{ run }, value]]
  return [
    gauge('info', 'The run; its value is always 1.', [
      [{ run, engine, device, precision, version: versions.trainspec ?? '' }, 1],
    ]),
    gauge(
      'metric',
      'A measure of the saved model.',
      measures.map(({ metric, split, value }) => [{ run, metric, split }, value]),
    ),
    gauge('epochs', 'Epochs completed.', one(epochs)),
    gauge('samples', 'Training samples.', one(history.samples)),
    gauge('learning_rate', 'The learning rate at the end.', one(history.learning_rate.at(-1) ?? Number.NaN)),
    gauge('duration_seconds', 'Wall time of training and test.', one(history.total_seconds)),
    gauge('start_time_seconds', 'Start of training, since 1970.', one(Date.parse(history.started) / 1000)),
    gauge(
      'expectation_met',
      '1 if an expectation was met, else 0.',
      expectations.map(({ key, bound, value, passed }) => [
        { run, metric: key, bound, value: String(value) },
        passed ? 1 : 0,
      ]),
    ),
  ].join('')
}

/** Returns nothing for a gauge without samples. */
function gauge(name: string, help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return ''
  const full = `trainspec_${name}`
  const lines = samples.map(([labels, value]) => `${full}{${labelsText(labels)}} ${value ?? 'NaN'}\n`)
  return `# HELP ${full} ${help}\n# TYPE ${full} gauge\n${lines.join('')}`
}

const labelsText = (labels: Labels): string =>
  Object.entries(labels)
    .map(([label, value]) => `${label}="${escaped(value)}"`)
    .join(',')

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
