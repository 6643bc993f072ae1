/** The JSON document of `train runs --json`. */
import { z } from 'zod'
import { trainspec, version } from './report-fields.js'

const runsReportSchema = z
  .strictObject({
    version,
    trainspec,
    runs: z
      .array(
        z.strictObject({
          run: z.string().describe('Folder of the run.'),
          state: z
            .enum([
              'under_way',
              'cut_off',
              'unreadable',
              'completed',
              'early_stopping',
              'paused',
              'interrupted',
              'time_budget',
              'missing_row',
              'diverged',
            ])
            .describe(
              'Why training ended; under_way: a process writes into its folder; cut_off: it has no end, because its process was killed or failed; unreadable: its history is none of this version.',
            ),
          score: z
            .strictObject({
              key: z.string().describe('History key.'),
              value: z.number().nullable().describe('null: NaN or infinite.'),
            })
            .nullable()
            .describe('The best value of early stopping, or else the last one of a metric. null without an epoch.'),
          epochs: z.int().describe('Number of completed epochs.'),
          of: z.int().nullable().describe('Number of epochs of the spec. null: the spec cannot be read.'),
          started: z.iso.datetime().describe('Start time of training, UTC; before the end, that of the first file.'),
          changed: z.iso.datetime().describe('Time of the last change of spec.json, history.csv or history.json, UTC.'),
          bytes: z.int().describe('Size of all files in the folder.'),
        }),
      )
      .describe('The runs, the newest first.'),
  })
  .meta({ title: 'Runs', description: 'Runs in folders.' })

export type RunsReport = z.output<typeof runsReportSchema>

export const runsReportJsonSchema = () => z.toJSONSchema(runsReportSchema, { target: 'draft-07' })
