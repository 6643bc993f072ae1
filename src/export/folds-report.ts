/** `folds.json`: the measures of a model that was trained once for each fold. */
import { z } from 'zod'
import { trainspec, version } from './report-fields.js'

const measures = (description: string) => z.record(z.string(), z.number().nullable()).describe(description)

const foldsReportSchema = z
  .strictObject({
    version,
    name: z.string().describe('Name of the spec.'),
    trainspec,
    k_fold: z.int().describe('Number of folds.'),
    folds: z
      .array(
        z.strictObject({
          fold: z.int().describe('Number of the fold that validated, from 1.'),
          folder: z.string().describe('Folder of its run, relative to this file.'),
          measures: measures('Measures of the saved model by their history keys. NaN and infinity are null.'),
        }),
      )
      .describe('The runs, one for each fold.'),
    mean: measures('Mean of each measure over the folds; null if one is not finite.'),
    deviation: measures('Standard deviation of each measure over the folds, with n - 1; null if one is not finite.'),
  })
  .meta({ title: 'Folds', description: 'Measures of a model that was trained once for each fold.' })

export type FoldsReport = z.output<typeof foldsReportSchema>

export const foldsReportJsonSchema = () => z.toJSONSchema(foldsReportSchema, { target: 'draft-07' })
