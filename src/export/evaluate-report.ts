/** `train evaluate --json`: what a trained model measures on the test set. */
import { z } from 'zod'

const evaluateReportSchema = z
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
    left_out: z
      .array(z.string())
      .describe('What history.json has of chains, updates or samples of training, which a test set does not have.'),
    likelihood: z
      .strictObject({
        method: z.enum(['exact', 'ais']).describe('Sum over all states, or annealed importance sampling.'),
        log_z: z.number().describe('Logarithm of the partition function, in nats.'),
        density: z
          .boolean()
          .describe('Whether likelihoods are densities, of visible units that are any number; they may be above 0.'),
        labels: z.boolean().describe('Whether they are of samples and their labels together, which the model learns.'),
        train: z.number().describe('Mean log-likelihood of the samples that were trained on, in nats.'),
        test: z.number().describe('Mean log-likelihood of the test set, in nats.'),
        ais: z
          .strictObject({
            chains: z.int().describe('How many.'),
            betas: z.int().describe('Inverse temperatures of each, from 0 to 1; 0 is not counted.'),
            base: z.string().describe('Where chains begin.'),
            interval: z
              .tuple([z.number().nullable(), z.number()])
              .describe('log Z of the estimate minus and plus 3 standard errors; null where that is not positive.'),
            effective_samples: z.number().describe('How many equal weights would say as much.'),
            log_weight_variance: z.number().describe('Variance of the logarithms of the weights.'),
          })
          .nullable()
          .describe('How the estimate was made; null for the exact sum.'),
        warnings: z.array(z.string()).describe('Why it is not to be trusted.'),
      })
      .nullable()
      .describe('With --exact or --ais.'),
  })
  .meta({ title: 'trainspec evaluate', description: 'What a trained model measures on the test set.' })

export type EvaluateReport = z.output<typeof evaluateReportSchema>

/** The JSON Schema of `train evaluate --json`. */
export const evaluateReportJsonSchema = () => z.toJSONSchema(evaluateReportSchema, { target: 'draft-07' })
