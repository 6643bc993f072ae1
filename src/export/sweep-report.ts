/** The JSON document of `train sweep --json`, and the table of a sweep as CSV. */
import { z } from 'zod'
import { quotedCell } from '../base/csv-cell.js'
import { trainspec, version } from './report-fields.js'

/** States of trials, and their meanings. */
export const TRIAL_STATES = {
  completed: 'all epochs are done',
  early_stopping: 'the monitored value of early stopping stopped improving',
  time_budget: 'the time of a callback ran out',
  stopped: 'others were better after as many epochs',
  diverged: 'the loss or a weight became NaN or infinite',
  missing_row: 'an Embedding has no vector for a number',
  failed: 'its command ended with an error, or twice by a signal',
  under_way: 'its command runs',
  interrupted: 'it goes on where it was, when the sweep does',
  waiting: 'it has not begun',
} as const

export type TrialStateName = keyof typeof TRIAL_STATES

const measure = z.number().nullable().describe('null: NaN, infinite, or none.')

const trialSchema = z.strictObject({
  trial: z.int().describe('Number of the trial, from 1.'),
  folder: z.string().describe('Folder of the trial.'),
  values: z.record(z.string(), z.unknown()).describe('Values that it tries, by the path of the field.'),
  state: z
    .enum(Object.keys(TRIAL_STATES) as [TrialStateName, ...TrialStateName[]])
    .describe('Why it ended, or how far it is.'),
  failure: z.string().nullable().describe('How its command ended, if the trial failed; else null.'),
  epochs: z.int().describe('Number of completed epochs.'),
  of: z.int().describe('Number of epochs of its spec.'),
  value: measure.describe(
    'What is monitored: of its model, or of its last epoch if it was stopped. null: NaN, infinite, or none.',
  ),
  measures: z
    .record(z.string(), measure)
    .describe(
      'Measures of its model by history key, and those of the test with test_; of its last epoch if it was stopped.',
    ),
})

const sweepReportSchema = z
  .strictObject({
    version,
    trainspec,
    name: z.string().describe('Name of the spec.'),
    folder: z.string().describe('Folder of the sweep.'),
    monitor: z
      .strictObject({
        key: z.string().describe('History key.'),
        better: z.enum(['min', 'max']).describe('Whether smaller or larger values are better.'),
      })
      .describe('What trials are compared by.'),
    fields: z.array(z.string()).describe('Paths of the fields that trials try.'),
    tests: z.array(z.string()).describe('Keys of the measures of the test that trials have.'),
    trials: z
      .array(trialSchema)
      .describe('The trials, the best first. With halving, those that trained longer come first.'),
    best: z.int().nullable().describe('Number of the best trial. null: none has a value.'),
  })
  .meta({ title: 'Sweep', description: 'The trials of a sweep.' })

export type SweepReport = z.output<typeof sweepReportSchema>

export const sweepReportJsonSchema = () => z.toJSONSchema(sweepReportSchema, { target: 'draft-07' })

/** A row for each trial. Nothing in it depends on time, so the same sweep gives the same file. */
export function sweepCsv({ fields, tests, trials, monitor }: SweepReport): string {
  const rows = trials.map(({ trial, values, state, epochs, value, measures }) => [
    ...[trial, ...fields.map((path) => values[path])],
    ...[state, epochs, value, ...tests.map((key) => measures[key])],
  ])
  const head = ['trial', ...fields, 'state', 'epochs', monitor.key, ...tests]
  return [head, ...rows].map((cells) => `${cells.map(cellText).join(',')}\n`).join('')
}

const cellText = (value: unknown): string =>
  value === null || value === undefined ? '' : quotedCell(typeof value === 'string' ? value : JSON.stringify(value))
