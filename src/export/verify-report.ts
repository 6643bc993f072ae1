/** `train verify-resume --json`: a run without a break beside one that was killed and resumed. */
import { z } from 'zod'
import { historySchema } from './history.js'
import { trainspec, version } from './report-fields.js'

const place = (meaning: string) =>
  z
    .strictObject({
      training: z.int().describe('Number of the stage or the fold, from 1.'),
      epoch: z.int().nullable().describe('The epoch, from 1. null: training was over.'),
      step: z.int().nullable().describe('Steps done in the epoch. null: all of them.'),
    })
    .nullable()
    .describe(meaning)

const verifyReportSchema = z
  .strictObject({
    version,
    trainspec,
    name: historySchema.shape.name,
    engine: historySchema.shape.engine,
    equal: z.boolean().describe('True if the resumed run is equal to the straight one. The exit code is 0, else 1.'),
    seed: z.int().describe('Seed of the moments of the kills.'),
    checkpoint_every: z.int().describe('Steps between two checkpoints of the run that was killed.'),
    kills: z
      .array(
        z.strictObject({
          after: place('The last place that the run was known to have come to. null: its process was starting.'),
          milliseconds: z.number().describe('Time from then to the kill.'),
          unfinished: z.array(z.string()).describe('Files and folders of the run that were being written.'),
          resumed_from: place(
            'The place from which the next process went on. null: it was killed before, or nothing was left to do.',
          ),
        }),
      )
      .describe('The kills, in their order.'),
    failure: z.string().nullable().describe('How a process ended that could not go on. null: all could.'),
    compared: z
      .array(
        z.strictObject({
          file: z.string().describe('Path in the folder of the run.'),
          bytes: z.int().describe('Size of the file of the straight run.'),
          equal: z.boolean().describe('True if both files are the same, but for what is left out.'),
          difference: z.string().nullable().describe('The first difference, straight and resumed. null: none.'),
        }),
      )
      .describe('The files of both runs.'),
    left_out: z
      .array(
        z.strictObject({
          files: z.string().describe('Name of the files, in any folder.'),
          what: z.string().describe('What of them is not compared.'),
        }),
      )
      .describe('What is not compared, because it is about time.'),
  })
  .meta({
    title: 'trainspec verify-resume',
    description: 'Whether a run that was killed and resumed is equal to one without a break.',
  })

export type VerifyReport = z.output<typeof verifyReportSchema>

/** The JSON Schema of `train verify-resume --json`. */
export const verifyReportJsonSchema = () => z.toJSONSchema(verifyReportSchema, { target: 'draft-07' })
