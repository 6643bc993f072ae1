/** Metrics by Keras' names (keras/src/metrics). The name as it is written is the history key. */
import { z } from 'zod'
import { nameIn, type RuleIssue, rules } from './family.js'

const accuracy = 'Share of samples that are right, 0 to 1; binary for one output, else by the largest output.'
const squared = 'Mean of squared differences.'
const absolute = 'Mean of absolute differences.'

export const METRICS = {
  accuracy,
  acc: accuracy,
  binary_accuracy: 'Share of outputs on the right side of 0.5, 0 to 1.',
  categorical_accuracy: 'Share of samples whose largest output is at the one-hot label, 0 to 1.',
  sparse_categorical_accuracy: 'Share of samples whose largest output is at the class number, 0 to 1.',
  mean_squared_error: squared,
  mse: squared,
  MSE: squared,
  mean_absolute_error: absolute,
  mae: absolute,
  MAE: absolute,
} as const

const metricName = nameIn(METRICS)
export type MetricName = z.output<typeof metricName>

export const metricsSchema = z
  .array(metricName)
  .superRefine(rules(unique))
  .default([])
  .describe('Measured beside the loss, on training and validation data. Each is a history key as it is written here.')

function* unique(names: readonly string[]): Iterable<RuleIssue> {
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) < index) yield { code: 'duplicate-name', path: [index], message: `found "${name}" again` }
  }
}
