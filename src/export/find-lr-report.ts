/** `train find-lr --json`: how the loss goes as the learning rate grows, and which rate to take. */
import { z } from 'zod'
import { trainspec, version } from './report-fields.js'
import { startReportSchema } from './start-report.js'

const rate = z.number().nullable().describe('Suggested learning rate. null: the losses suggest none.')

const findLrReportSchema = z
  .strictObject({
    version,
    name: z.string().describe('Name of the spec.'),
    trainspec,
    engine: z.string().describe('Engine that was used.'),
    device: z.string().describe('Device that was used.'),
    start: startReportSchema,
    batch_size: z
      .int()
      .describe('Samples in a step. A step is an update here: several batches if gradients are accumulated.'),
    steps: z.int().describe('Planned number of steps, from the smallest rate to the largest.'),
    end: z
      .enum(['largest_rate', 'loss_too_high', 'diverged'])
      .describe('Why the search ended: at the largest rate, at 4 times the lowest loss, or at NaN or infinity.'),
    why: z
      .enum(['flat', 'noise', 'late'])
      .nullable()
      .describe(
        'Why nothing is suggested: the loss does not change at any rate, falls no more than it varies from step to step, or falls only at the last rates. null: there is a suggestion, or too few steps to tell.',
      ),
    suggestion: rate,
    steepest: rate,
    learning_rate: z.array(z.number()).describe('Learning rate of each step.'),
    loss: z.array(z.number()).describe('Mean loss of each step, before its update.'),
    smoothed_loss: z.array(z.number()).describe('Running mean of the loss, from which the suggestion is derived.'),
    picture: z.string().describe('Path of the picture of the curve, an SVG file.'),
    command: z
      .string()
      .nullable()
      .describe('Command that trains with the suggested rate. null: there is no suggestion.'),
  })
  .meta({ title: 'trainspec find-lr', description: 'The loss as the learning rate grows.' })

export type FindLrReport = z.output<typeof findLrReportSchema>

/** The JSON Schema of `train find-lr --json`. */
export const findLrReportJsonSchema = () => z.toJSONSchema(findLrReportSchema, { target: 'draft-07' })
