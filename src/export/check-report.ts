/** `train check --json`: the expectations of runs, and their measures beside those of a baseline. */
import { z } from 'zod'
import { historySchema } from './history.js'
import { trainspec, version } from './report-fields.js'

const number = z.number().nullable()
const passed = z.boolean().describe('Whether it passed.')

const checkReportSchema = z
  .strictObject({
    version,
    trainspec,
    name: z.string().describe('Name of the runs, from their spec.'),
    passed: z.boolean().describe('Whether everything passed. The exit code is 0, else 1.'),
    runs: z
      .array(
        z.strictObject({
          run: z.string().describe('Path of the run.'),
          seed: z.int().describe('Seed of the run.'),
          seconds: z.number().describe('Wall time of training and test.'),
          stop: z.string().describe('Reason why training ended, as in history.json.'),
          passed: z.boolean().describe('False if it diverged, was interrupted or met a number without a row.'),
          expectations: historySchema.shape.expectations,
        }),
      )
      .describe('The runs, and the expectations of their spec.'),
    baseline: z
      .strictObject({
        path: z.string().describe('Path of the baseline.'),
        seeds: z.array(z.int()).describe('Seeds of its runs.'),
        confidence: z
          .number()
          .nullable()
          .describe(
            'Probability that runs of the unchanged program pass all comparisons. null: the baseline has a single run.',
          ),
      })
      .nullable()
      .describe('The baseline. null: none was given.'),
    comparisons: z
      .array(
        z.strictObject({
          key: z
            .string()
            .describe('History key of the epoch whose weights the model has, test_ and a key, or seconds.'),
          mode: z.enum(['min', 'max']).describe('Whether smaller or larger values are better.'),
          baseline: number.describe('Mean of the baseline. null: it has no such number.'),
          deviation: number.describe('Standard deviation of the baseline. null: it has a single run.'),
          found: number.describe('Mean of the runs. null: a run has no such number, or it is NaN or infinite.'),
          change: number.describe('Mean of the runs less that of the baseline.'),
          tolerance: number.describe('Change for the worse that is accepted.'),
          noise: number.describe('Change for the worse that chance explains. null: the baseline has a single run.'),
          limit: number.describe('The worst value that passes.'),
          passed,
        }),
      )
      .describe('Measures that were compared with the baseline.'),
    notes: z.array(z.string()).describe('Differences between the runs and the baseline that may explain others.'),
  })
  .meta({ title: 'trainspec check', description: 'Whether runs meet their expectations and a baseline.' })

export type CheckReport = z.output<typeof checkReportSchema>

/** A part of a check, for programs that show the results of tests. */
export interface Check {
  /** Path of the run or of the baseline that it is about. */
  readonly group: string
  /** The same in every run, so that a program can follow it over time. */
  readonly name: string
  readonly passed: boolean
  readonly words: string
}

/** The JSON Schema of `train check --json`. */
export const checkReportJsonSchema = () => z.toJSONSchema(checkReportSchema, { target: 'draft-07' })
