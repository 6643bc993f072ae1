/** `train data --json`: what the data of a spec, or of files, look like. */
import { z } from 'zod'
import { trainspec, version } from './report-fields.js'

const count = (description: string) => z.int().describe(description)

const numbers = z.strictObject({
  least: z.number().describe('The smallest.'),
  mean: z.number().describe('The mean.'),
  deviation: z.number().describe('The standard deviation.'),
  largest: z.number().describe('The largest.'),
})

const rowsOf = (what: string) =>
  z
    .strictObject({
      train: count('Of the training rows.'),
      validation: count('Of the validation rows.'),
      test: count('Of the test rows.'),
    })
    .describe(what)

export const COLUMN_USES = ['input', 'target', 'none'] as const

const column = z.strictObject({
  name: z.string().describe('Name of the column.'),
  use: z.enum(COLUMN_USES).describe('What the model does with it.'),
  type: z
    .string()
    .nullable()
    .describe('Type of the feature or of the target; several are joined by commas. null: none.'),
  why: z.string().nullable().describe('Why it is used so, or why not. null: the spec says so.'),
  kind: z.enum(['number', 'whole number', 'text', 'array']).describe('Kind of its values.'),
  rows: count('Number of rows.'),
  gaps: count('Number of rows without a value; in an array, of elements that are NaN.'),
  distinct: z.int().nullable().describe('Number of different values. null: too many to count, or arrays.'),
  all_different: z.boolean().describe('True if no two rows have the same text or whole number, as identifiers do.'),
  frequent: z
    .array(
      z.strictObject({ value: z.string().describe('The value as text.'), count: count('Number of rows with it.') }),
    )
    .describe('The most frequent values, if `distinct` is known.'),
  numbers: numbers.nullable().describe('Of numbers, over all elements of arrays. null: it has none.'),
  histogram: z
    .array(z.int())
    .describe('Counts of a sample of the values in ranges of the same width, from the smallest to the largest.'),
})

const dataReportSchema = z
  .strictObject({
    version,
    trainspec,
    name: z.string().describe('Name of the spec; of files without one, the path of the first.'),
    data: z.string().describe('Name of the data set, or path of the first file.'),
    columns: z.array(column).describe('Columns of the source, before any step.'),
    rows: rowsOf('Number of rows of each part.').nullable().describe('Rows of each part. null: without a target.'),
    dropped: count('Number of rows that are left out because of a gap.'),
    split: z.string().nullable().describe('How the rows were divided. null: without a target.'),
    targets: z
      .array(
        z.strictObject({
          name: z.string().describe('Name of the target.'),
          kind: z
            .enum(['class', 'multi_hot', 'number', 'mask', 'sequence'])
            .describe('Kind of the target; mask: a class for each pixel; sequence: classes one after another.'),
          classes: z
            .array(
              z.strictObject({
                number: count('Number of the class.'),
                name: z.string().describe('Its name in the source.'),
                ...rowsOf('').shape,
              }),
            )
            .describe('Number of rows of each class; of a mask, of pixels; of sequences, of places in them.'),
        }),
      )
      .describe('The targets.'),
    fields: z
      .array(
        z.strictObject({
          name: z.string().describe('Name of the input or target.'),
          use: z.enum(['input', 'target', 'weight']).describe('What it is.'),
          shape: z.array(z.int()).describe('Shape of a row.'),
          dtype: z.string().describe('Type in which it is stored.'),
          numbers: numbers.nullable().describe('Of the training rows, over all elements. null: there are none.'),
        }),
      )
      .describe('What the model gets, after all steps.'),
    repeats: z
      .strictObject({
        duplicates: rowsOf('Rows that equal an earlier row of their part, in inputs and targets.'),
        contradictions: rowsOf('Rows whose inputs are also in another row of their part, with another target.'),
        shared: z
          .strictObject({
            train_validation: count('Validation rows whose inputs are those of a training row.'),
            train_test: count('Test rows whose inputs are those of a training row.'),
            validation_test: count('Test rows whose inputs are those of a validation row.'),
          })
          .describe('Rows that are in two parts.'),
      })
      .nullable()
      .describe(
        'Rows that are there more than once, before any step. null: without a target, or samples have several rows.',
      ),
    samples: z
      .array(
        z.strictObject({
          row: count('Number of the row in its source, from 1, among the rows that are not left out.'),
          values: z.record(z.string(), z.string().nullable()).describe('Its values by column, as text. null: a gap.'),
        }),
      )
      .describe('Some training rows.'),
    texts: z
      .array(
        z.strictObject({
          input: z.string().describe('Name of the input that is made of it.'),
          row: count('Number of the row, as in samples.'),
          tokens: z
            .array(z.string())
            .describe('Its first tokens; of a vector the largest ones, with their values after them if these differ.'),
          more: count('Number of further tokens.'),
        }),
      )
      .describe('Texts of these rows as the model gets them.'),
    first: z
      .strictObject({
        kind: z.enum(['window', 'sequence']).describe('What it is.'),
        rows: z.array(z.int()).describe('Numbers of its rows in the source, from 1, in their order.'),
        target_rows: z.array(z.int()).describe('Numbers of the rows of its targets.'),
        shown: z
          .array(
            z.strictObject({
              row: count('Number of the row.'),
              use: z.enum(['input', 'target']).describe('What it is for.'),
              values: z
                .record(z.string(), z.string().nullable())
                .describe('Its values by column, as text. null: a gap.'),
            }),
          )
          .describe('Its first and last rows, then the rows of its first and last target.'),
      })
      .nullable()
      .describe('The first training sample that has several rows. null: each row is a sample.'),
    batch: z
      .strictObject({
        size: count('Rows in a batch.'),
        milliseconds: z.number().describe('Median time to make one.'),
      })
      .nullable()
      .describe('How long a batch takes. null: without a target.'),
    warnings: z
      .array(
        z.strictObject({
          code: z.string().describe('Kind of the warning.'),
          message: z.string().describe('What was found, and what can be done.'),
        }),
      )
      .describe('Things to look at before training.'),
    proposal: z
      .string()
      .nullable()
      .describe('Text that is proposed: a spec, or without a target its field data. null: a spec was given.'),
  })
  .meta({ title: 'trainspec data', description: 'What data look like before training.' })

export type DataReport = z.output<typeof dataReportSchema>

/** The JSON Schema of `train data --json`. */
export const dataReportJsonSchema = () => z.toJSONSchema(dataReportSchema, { target: 'draft-07' })
