/** `train evaluate --json`: what a trained model measures on the test set. */
import { z } from 'zod'
import { trainspec, version } from './report-fields.js'

const evaluateReportSchema = z
  .strictObject({
    version,
    name: z.string().describe('Name of the run, from its spec.'),
    run: z.string().describe('Folder of the run.'),
    trainspec,
    engine: z.string().describe('Engine that was used.'),
    device: z.string().describe('Device that was used.'),
    data: z.string().describe('Name of the data set.'),
    samples: z.int().describe('Samples of its test set.'),
    test: z
      .record(z.string(), z.number().nullable())
      .describe('Loss and metrics, named as in history.json. null: NaN or infinite.'),
    left_out: z
      .array(z.string())
      .describe(
        'Keys of history.json that a test set cannot have, because they measure chains, updates or training samples.',
      ),
    likelihood: z
      .strictObject({
        method: z.enum(['exact', 'ais']).describe('Method: a sum over all states, or annealed importance sampling.'),
        log_z: z.number().describe('Logarithm of the partition function, in nats.'),
        density: z
          .boolean()
          .describe(
            'True if likelihoods are densities, because visible units are real numbers. Their logarithms may be above 0.',
          ),
        labels: z.boolean().describe('True if likelihoods are those of samples and labels together.'),
        train: z.number().describe('Mean log-likelihood of the training samples, in nats.'),
        test: z.number().describe('Mean log-likelihood of the test set, in nats.'),
        ais: z
          .strictObject({
            chains: z.int().describe('Number of chains.'),
            betas: z.int().describe('Number of inverse temperatures of each chain, from 0 to 1, not counting 0.'),
            base: z.string().describe('Distribution in which chains start.'),
            interval: z
              .tuple([z.number().nullable(), z.number()])
              .describe('log Z of the estimate minus and plus 3 standard errors. null: not positive.'),
            effective_samples: z
              .number()
              .describe('Effective sample size: the number of equal weights with the same variance.'),
            log_weight_variance: z.number().describe('Variance of the logarithms of the weights.'),
          })
          .nullable()
          .describe('Details of the estimate. null: computed exactly.'),
        warnings: z.array(z.string()).describe('Why the estimate cannot be trusted.'),
      })
      .nullable()
      .describe('Log-likelihoods, with --exact or --ais.'),
  })
  .meta({ title: 'trainspec evaluate', description: 'Measurements of a trained model on the test set.' })

export type EvaluateReport = z.output<typeof evaluateReportSchema>

/** The JSON Schema of `train evaluate --json`. */
export const evaluateReportJsonSchema = () => z.toJSONSchema(evaluateReportSchema, { target: 'draft-07' })
