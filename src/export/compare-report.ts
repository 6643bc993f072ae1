/** The JSON document of `train compare --json`: finished runs beside each other. */
import { z } from 'zod'
import { trainspec, version } from './report-fields.js'

const value = z.number().nullable()

const compareReportSchema = z
  .strictObject({
    version,
    trainspec,
    runs: z
      .array(
        z.strictObject({
          run: z.string().describe('The run as it was given.'),
          name: z.string().describe('Name of its spec.'),
          started: z.iso.datetime().describe('Start time of training, UTC.'),
          seed: z.int().describe('Seed of all random numbers.'),
          engine: z.string().describe('Engine that was used.'),
          epochs: z.int().describe('Number of completed epochs.'),
          model_epoch: z.int().describe('The epoch whose weights the model has, from 1; 0 without an epoch.'),
          best: z
            .strictObject({
              epoch: z.int().describe('From 1.'),
              monitor: z.string().describe('Monitored history key.'),
              value: value.describe('null: NaN or infinite.'),
            })
            .nullable()
            .describe('The best epoch by early stopping. null: no early stopping.'),
          stop: z.string().describe('Why training ended.'),
          total_seconds: z.number().describe('Wall time from the start of training to the test scores.'),
          seconds_per_epoch: value.describe('Median wall time of an epoch. null without an epoch.'),
        }),
      )
      .describe('The runs in the order in which they were given.'),
    spec: z
      .array(
        z.strictObject({
          path: z.string().describe('Field of the spec, with dots.'),
          values: z
            .array(z.strictObject({ value: z.unknown().describe('JSON value.') }).nullable())
            .describe('One per run. null: the spec does not have the field.'),
        }),
      )
      .nullable()
      .describe('Fields in which the specs differ. null: a history is given without its spec.'),
    measures: z
      .array(
        z.strictObject({
          key: z.string().describe('History key, test_ and a key, or seconds.'),
          better: z.enum(['min', 'max']).nullable().describe('The better direction; null if it is not known.'),
          values: z.array(value).describe('One per run. null: the run has no such number, or it is NaN or infinite.'),
          best: z.array(z.int()).describe('Numbers of the runs with the best value, from 0; none if all are equal.'),
        }),
      )
      .describe('Measures of the saved models.'),
  })
  .meta({ title: 'Comparison', description: 'Finished runs beside each other.' })

export type CompareReport = z.output<typeof compareReportSchema>

export const compareReportJsonSchema = () => z.toJSONSchema(compareReportSchema, { target: 'draft-07' })
