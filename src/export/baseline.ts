/** The file of `train baseline`: what runs of a spec with several seeds measured, for `train check`. */
import { z } from 'zod'
import { UserError } from '../base/issue.js'
import { documentOf } from './read-document.js'
import { trainspec, version } from './report-fields.js'

const measure = z
  .strictObject({
    mode: z
      .enum(['min', 'max'])
      .nullable()
      .describe('Whether smaller or larger values are better. null: it is not known.'),
    mean: z.number().nullable().describe('Mean of the values. null: one of them is null.'),
    deviation: z
      .number()
      .min(0)
      .nullable()
      .describe('Standard deviation with n - 1. null: there is one value, or one is null.'),
    values: z.array(z.number().nullable()).min(1).describe('One value per seed. null: NaN or infinite.'),
  })
  .describe('A measure: a history key of the epoch whose weights the model has, test_ and a key, or seconds.')

const environment = z.strictObject({
  engine: z.string().describe('Engine that was used.'),
  device: z.string().describe('Device that was used.'),
  precision: z.string().describe('Number format of the matrix products.'),
  processors: z.int().describe('Logical processors that the runs could use.'),
  versions: z.record(z.string(), z.string()).describe('Versions of trainspec, Node and the packages that computed.'),
})

const baselineSchema = z
  .strictObject({
    version,
    name: z.string().describe('Name of the spec.'),
    trainspec,
    made: z.iso.datetime().describe('Time when it was made, UTC.'),
    environment: environment.describe('Environment of the runs.'),
    samples: z.int().describe('Training samples.'),
    validation_samples: z.int().describe('0 without validation.'),
    seeds: z.array(z.int()).min(1).describe('Seeds of the runs.'),
    measures: z.record(z.string(), measure).describe('What the runs measured, by key.'),
  })
  .meta({ title: 'trainspec baseline', description: 'Measures of runs of a spec with several seeds.' })

export type Baseline = z.output<typeof baselineSchema>

/** The JSON Schema of the file of `train baseline`. */
export const baselineJsonSchema = () => z.toJSONSchema(baselineSchema, { target: 'draft-07' })

/** Returns the baseline of a value. Throws a UserError that names the file if it is none. */
export function baselineOf(value: unknown, path: string): Baseline {
  const baseline = documentOf(value, { path, kind: 'a baseline', schema: baselineSchema })
  const { seeds, measures } = baseline
  const wrong = Object.entries(measures).find(([, { values }]) => values.length !== seeds.length)
  if (wrong) {
    const [key, { values }] = wrong
    throw new UserError(`${path}: has ${seeds.length} seeds, but ${key} has ${values.length} values`)
  }
  return baseline
}
