/** `train find-lr --json`: how the loss goes as the learning rate grows, and which rate to take. */
import { z } from 'zod'

const rate = z.number().nullable().describe('A learning rate; null where the losses show none.')

const findLrReportSchema = z
  .strictObject({
    version: z.literal(1).describe('Version of this format; it changes when a field changes its meaning or goes.'),
    name: z.string().describe('Name of the spec.'),
    trainspec: z.string().describe('Version of trainspec.'),
    engine: z.string().describe('What computed.'),
    device: z.string().describe('What it computed on.'),
    batch_size: z
      .int()
      .describe('Samples in a step, which here is an update, of several batches where gradients are accumulated.'),
    steps: z.int().describe('Steps from the least rate to the largest, had there been no end before.'),
    end: z
      .enum(['largest_rate', 'loss_too_high', 'diverged'])
      .describe('Why it ended: at the largest rate, at 4 times the best loss, or at NaN or infinity.'),
    why: z
      .enum(['flat', 'noise', 'late'])
      .nullable()
      .describe(
        'Why nothing is suggested: the loss does not change at any rate, falls no more than it goes up and down by itself, or falls only at the last rates. null: there is a suggestion, or too few steps to tell.',
      ),
    suggestion: rate,
    steepest: rate,
    learning_rate: z.array(z.number()).describe('The rate of each step.'),
    loss: z.array(z.number()).describe('The mean loss of each step, before its update.'),
    smoothed_loss: z.array(z.number()).describe('Its running mean, which the suggestions go by.'),
    picture: z.string().describe('Path of the curve as an SVG.'),
    command: z.string().nullable().describe('Trains with the suggestion; null without one.'),
  })
  .meta({ title: 'trainspec find-lr', description: 'How the loss goes as the learning rate grows.' })

export type FindLrReport = z.output<typeof findLrReportSchema>

/** The JSON Schema of `train find-lr --json`. */
export const findLrReportJsonSchema = () => z.toJSONSchema(findLrReportSchema, { target: 'draft-07' })
