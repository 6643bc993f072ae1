/** `train evaluate --json`: what a trained model measures on the test set. */
import { z } from 'zod'

export const evaluateReportSchema = z
  .strictObject({
    version: z.literal(1).describe('Version of this format; it changes when a field changes its meaning or goes.'),
    name: z.string().describe('Name of the run, from its spec.'),
    run: z.string().describe('Folder of the run.'),
    trainspec: z.string().describe('Version of trainspec.'),
    engine: z.string().describe('What computed.'),
    device: z.string().describe('What it computed on.'),
    data: z.string().describe('Name of the data set.'),
    samples: z.int().describe('Samples of its test set.'),
    test: z
      .record(z.string(), z.number().nullable())
      .describe('Loss and metrics, by the names of history.json; null where one is NaN or infinite.'),
  })
  .meta({ title: 'trainspec evaluate', description: 'What a trained model measures on the test set.' })

export type EvaluateReport = z.output<typeof evaluateReportSchema>

/** The JSON Schema of `train evaluate --json`. */
export const evaluateReportJsonSchema = () => z.toJSONSchema(evaluateReportSchema, { target: 'draft-07' })
