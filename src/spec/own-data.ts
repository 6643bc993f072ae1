/** The field `data` of a spec for data of the user: the files with the rows, and the columns that a model gets. */
import { z } from 'zod'
import { ENCODINGS } from './encodings.js'
import type { DeepReadonly } from './family.js'
import { formed, nameIn, type RuleIssue } from './family.js'
import { crossesSchema, featureSchema } from './features.js'
import { colorMode, directory, imageSize } from './pictures.js'
import { sequence, seriesRules, window } from './series.js'
import { stringAs, withShortForm } from './short-forms.js'
import { LONGEST_LIST, MOST_COLUMNS, whole } from './whole.js'

const name = z.string().min(1)
const paths = z.union([name, z.array(name).min(1).max(LONGEST_LIST)])

const source = z
  .union([name, z.array(name).min(1).max(LONGEST_LIST), z.record(name, paths)])
  .describe(
    'File with the rows: .csv, .tsv, .jsonl, .parquet, .npy, .npz, .h5 or .idx, also with .gz; a pattern such as "part-*.csv"; a list of files; an http or https URL; a folder of pictures, of sounds (.wav) or of texts (.txt), whose sub-folders are classes; or an object with an array file for each column: { "x": "x.npy", "y": "y.npy" }. Paths are relative to the spec.',
  )

const character = z.string().length(1).meta({ patternErrorMessage: 'must be one character' })

const csv = z
  .strictObject({
    delimiter: character
      .nullable()
      .default(null)
      .describe('Character between the columns. null: the one of , ; tab and | that fits the first rows.'),
    header: z
      .boolean()
      .nullable()
      .default(null)
      .describe('Whether the first row has the names of the columns. null: unless all of it are numbers.'),
    quote: character.default('"').describe('Character around a value that contains a delimiter.'),
    decimal: nameIn({ '.': 'A point: 1.5.', ',': 'A comma: 1,5.' })
      .default('.')
      .describe('Character before the fraction of a number.'),
    thousands: character.nullable().default(null).describe('Character between thousands, as in 1,000. null: none.'),
    encoding: nameIn(ENCODINGS).default('utf-8').describe('Encoding of the text.'),
  })
  .prefault({})
  .describe('How .csv and .tsv files are written.')

export const TARGET_TYPES = {
  class: 'One of several classes, named by the values of the column.',
  number: 'A number.',
  multi_hot: 'Any number of classes: from several columns of 0 and 1, or from one column of names with a separator.',
  sequence:
    'A sequence of classes of any length, for the loss ctc: from one column of names with a separator, or of texts, each character of which is a class.',
  image:
    'A picture in a file: with class_names a mask, whose numbers are the classes of pixels; else numbers from 0 to 1.',
} as const

/** Pictures have at most 16 bits. */
const MOST_MASK_VALUE = 65_535

const targetFields = {
  column: name.optional().describe('Column of the target.'),
  columns: z
    .array(name)
    .min(1)
    .max(MOST_COLUMNS)
    .optional()
    .describe('Several columns: a vector of numbers, or, with type multi_hot, one class each.'),
  type: nameIn(TARGET_TYPES)
    .optional()
    .describe('Kind of the target. Default: a class, a number or a sequence, whichever the loss compares.'),
  class_names: z
    .array(z.string())
    .min(1)
    .max(MOST_COLUMNS)
    .optional()
    .describe(
      'All classes in the order of their numbers. Default: those of the source, whole numbers by value, else sorted by code point.',
    ),
  separator: name
    .optional()
    .describe(
      'For the types multi_hot and sequence: the text between the names in one value. Default for a sequence: none, each character is a class.',
    ),
  max_length: whole(1, MOST_COLUMNS)
    .optional()
    .describe('For type sequence: most classes in a sequence. Default: those of the longest.'),
  masks: name
    .optional()
    .describe(
      'For type image: path of the files, relative to the spec, in which {stem} stands for the name of the picture without its ending: "masks/{stem}.png".',
    ),
  mask_values: z
    .array(whole(0, MOST_MASK_VALUE))
    .min(1)
    .max(MOST_COLUMNS)
    .optional()
    .describe('The numbers in masks that stand for the classes, in their order: [0, 255]. Default: 0, 1, 2, ...'),
  directory: directory.optional(),
  image_size: imageSize.optional().describe('Height and width of the target. Default: those of the picture.'),
  color_mode: colorMode.optional().describe('Channels of a target that is no mask. Default: rgb.'),
}

const targetObject = z.strictObject(targetFields)
const target = withShortForm(z.union([name, targetObject]), stringAs('column')).transform((value) =>
  typeof value === 'string' ? targetObject.parse({ column: value }) : value,
)

const FILLS = {
  error: 'A gap is an error.',
  drop: 'Rows with a gap in a feature or in the target are left out.',
  mean: 'The mean of the training rows, for numbers.',
  median: 'The median of the training rows, for numbers.',
  most_frequent: 'The most frequent value of the training rows; among several the smallest.',
} as const

const CACHES = {
  auto: 'In memory up to 128 MiB; more rows are packed into a file in the cache of the user, which later runs read instead of the source.',
  memory: 'In memory, and read from the source in each run.',
  disk: 'Packed into a file, however few they are.',
} as const

const SPLITS = {
  shuffled: 'Rows are drawn from the seed, in the proportions of the classes.',
  last: "The last rows: first those for training, then those for validation, then those for the test, as in Keras' fit.",
} as const

const splitByColumn = z
  .strictObject({
    column: name
      .optional()
      .describe('Column that says the part of each row: train, validation (val, valid, dev) or test.'),
    hash: name
      .optional()
      .describe(
        'Column such as an identifier, whose hash chooses the part: rows with the same value are in the same part, also when rows are added.',
      ),
    group: name.optional().describe('Column such as a patient: all rows with the same value are in the same part.'),
    by: name
      .optional()
      .describe(
        'Column such as a date by which rows are sorted: the last ones are for the test, those before them for validation.',
      ),
  })
  .describe('A split by the values of one column.')

/** The ways in which a column can split rows. */
export const SPLIT_WAYS = ['column', 'hash', 'group', 'by'] as const

const fields = z
  .strictObject({
    source,
    select: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe(
        'An SQL query that makes the rows from the table `source`: SELECT * FROM source WHERE fare > 0. null: all rows.',
      ),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/i)
      .meta({ patternErrorMessage: 'must be 64 hexadecimal digits' })
      .nullable()
      .default(null)
      .describe('SHA-256 that the file of a URL must have. null: it is not checked.'),
    csv,
    follow_links: z.boolean().default(false).describe('Whether links to folders are followed in a folder of files.'),
    missing_values: z
      .array(z.string())
      .max(LONGEST_LIST)
      .default([])
      .describe('Texts in the source that mean a gap, such as "NA". An empty field is always one.'),
    features: z
      .union([z.array(name).min(1).max(MOST_COLUMNS), z.record(name, featureSchema)])
      .optional()
      .describe(
        'Inputs of the model: a type for each column, or a list of columns. Default: all columns except those of the target, the weight and the split. Without a type, numbers are float_normalized, and text of at most 100 different values is string_categorical.',
      ),
    ignore: z
      .array(name)
      .max(MOST_COLUMNS)
      .default([])
      .describe('Columns that are not used, when "features" leaves the choice open.'),
    output_mode: nameIn({
      concat: 'One input: the features side by side, as a vector. Arrays are inputs of their own name.',
      dict: 'An input for each feature, by its name, for a Functional model.',
    })
      .default('concat')
      .describe('How the features are given to the model.'),
    crosses: crossesSchema,
    target: target
      .nullable()
      .default(null)
      .describe(
        'What the model learns to predict: a column, or an object. null: nothing, for an RBM or an autoencoder.',
      ),
    targets: z
      .record(name, targetObject)
      .nullable()
      .default(null)
      .describe(
        'Several targets by name, instead of `target`: { "price": {}, "sold": {} }. The column of a target is that of its name unless it is given.',
      ),
    weight: name
      .nullable()
      .default(null)
      .describe('Column with the weight of each row in the loss. null: all weigh 1.'),
    missing: z
      .union([nameIn(FILLS), z.record(name, z.union([nameIn(FILLS), z.number()]))])
      .default('error')
      .describe(
        'What replaces a gap, where the feature does not say it: for all columns, or by column: { "age": "median" }. A gap in a target is an error, or drops the row.',
      ),
    validation: source
      .nullable()
      .default(null)
      .describe('Source of the validation rows, instead of `fit.validation_split`.'),
    test: z
      .union([z.null(), z.number().gt(0).lt(1), ...source.options])
      .default(null)
      .describe('Source of the test rows, or their share of the source. null: no test.'),
    split: z
      .union([nameIn(SPLITS), splitByColumn])
      .optional()
      .describe(
        'Which rows of the source are for validation and for the test. Default: "shuffled"; for windows "last", which is the end of each series. For sequences all rows of a group are in the same part.',
      ),
    window,
    sequence,
    cache: nameIn(CACHES).default('auto').describe('Where the prepared rows lie. The results are the same.'),
  })
  .describe('Data of your own.')

// in the order of the format
export const ownData = formed(fields, ({ split, window, sequence, cache, ...rest }) => ({
  ...rest,
  split: split ?? (window === null ? ('shuffled' as const) : ('last' as const)),
  ...{ window, sequence, cache },
}))

/** Rules across these fields. */
export function* ownDataRules(data: OwnDataSpec): Iterable<RuleIssue> {
  const { target, targets, validation, test, split } = data
  yield* seriesRules(data)
  if (typeof split === 'object') {
    const [way, other] = SPLIT_WAYS.filter((one) => split[one] !== undefined)
    if (way === undefined) {
      yield {
        code: 'missing-key',
        path: ['split'],
        message: `found no column, must have one of ${SPLIT_WAYS.join(', ')}`,
      }
    } else if (other !== undefined) {
      yield { code: 'order', path: ['split', other], message: `found "${other}" in addition to "${way}"` }
    }
    if (split.column !== undefined) {
      const part = (name: string, found: unknown) =>
        `found ${typeof found === 'number' ? found : 'a source'}, but column "${split.column}" says which rows are for ${name}; leave it out`
      if (validation !== null) yield { code: 'order', path: ['validation'], message: part('validation', validation) }
      if (test !== null) yield { code: 'order', path: ['test'], message: part('the test', test) }
    }
  }
  if (target !== null && targets !== null) {
    yield { code: 'order', path: ['targets'], message: 'found "targets" in addition to "target"; keep one of them' }
  }
  const all = [
    ...(target === null ? [] : [{ path: ['target'], one: target, own: undefined }]),
    ...Object.entries(targets ?? {}).map(([name, one]) => ({ path: ['targets', name], one, own: name })),
  ]
  for (const { path, one, own } of all) yield* targetRules(one, path, own)
}

function* targetRules(target: TargetColumn, path: readonly string[], own: string | undefined): Iterable<RuleIssue> {
  const { column, columns, type, class_names, separator, masks } = target
  yield* pictureTargetRules(target, path)
  if (column === undefined && columns === undefined && masks === undefined && own === undefined) {
    yield { code: 'missing-key', path, message: 'found no "column", which must be given' }
  }
  if (column !== undefined && columns !== undefined) {
    yield {
      code: 'order',
      path: [...path, 'columns'],
      message: 'found "columns" in addition to "column"; keep one of them',
    }
  }
  if (columns !== undefined && (type === 'class' || type === 'image' || type === 'sequence')) {
    const message = `found "${type}" for several columns, must be "number" or "multi_hot"`
    yield { code: 'order', path: [...path, 'type'], message }
  }
  if (type === 'multi_hot' && columns === undefined && separator === undefined) {
    const message = 'found no "separator", which a column of several names needs'
    yield { code: 'missing-key', path, message }
  }
  if (class_names !== undefined && columns !== undefined) {
    yield {
      code: 'order',
      path: [...path, 'class_names'],
      message: 'found "class_names" for several columns, which name the classes themselves',
    }
  }
  if (type !== undefined && type !== 'sequence' && target.max_length !== undefined) {
    const message = 'found "max_length", which only a target of type "sequence" has'
    yield { code: 'order', path: [...path, 'max_length'], message }
  }
  const twice = class_names?.findIndex((one, index) => class_names.indexOf(one) < index) ?? -1
  if (twice >= 0) {
    yield {
      code: 'duplicate',
      path: [...path, 'class_names', twice],
      message: `found ${JSON.stringify(class_names![twice])} twice`,
    }
  }
}

const OF_PICTURES = ['masks', 'mask_values', 'directory', 'image_size', 'color_mode'] as const

/** Rules of targets of type image. */
function* pictureTargetRules(target: TargetColumn, path: readonly string[]): Iterable<RuleIssue> {
  const { type, column, class_names, masks, mask_values } = target
  const order = (key: string, message: string): RuleIssue => ({ code: 'order', path: [...path, key], message })
  if (type !== 'image') {
    const odd = OF_PICTURES.find((key) => target[key] !== undefined)
    if (odd !== undefined) yield order(odd, `found "${odd}", which only a target of type "image" has`)
    return
  }
  if (masks !== undefined && column !== undefined) {
    yield order('masks', 'found "masks" in addition to "column"; keep one of them')
  }
  if (masks?.includes('{stem}') === false) {
    yield order('masks', `found ${JSON.stringify(masks)}, must have {stem}, which stands for the name of the picture`)
  }
  if (mask_values === undefined) return
  if (mask_values.length !== class_names?.length) {
    const classes = class_names === undefined ? 'no "class_names"' : `${class_names.length} classes`
    yield order('mask_values', `found ${mask_values.length} numbers for ${classes}, must be as many`)
  }
  const twice = mask_values.findIndex((value, index) => mask_values.indexOf(value) < index)
  if (twice >= 0) yield order('mask_values', `found ${mask_values[twice]} twice`)
}

export type OwnDataSpec = DeepReadonly<z.output<typeof ownData>>
export type SourceSpec = OwnDataSpec['source']
export type TargetColumn = NonNullable<OwnDataSpec['target']>
