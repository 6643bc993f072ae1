/** Fields of the data that make one sample of several rows: windows over a series, and sequences of unequal length. */
import { z } from 'zod'
import { type DeepReadonly, nameIn, type RuleIssue } from './family.js'
import { MOST_COLUMNS, whole } from './whole.js'

const name = z.string().min(1)

const order = (what: string) =>
  name
    .nullable()
    .default(null)
    .describe(
      `Column of numbers or dates that orders the rows of ${what}, in which no value is there twice. null: the order of the source.`,
    )

const steps = z.strictObject({
  from: whole(0).describe('Rows from the last one of a window to the first target.'),
  to: whole(0).describe('Rows from the last one of a window to the last target.'),
})

/** Windows of the same length over consecutive rows (keras/src/utils/timeseries_dataset_utils.py). */
const windowObject = z.strictObject({
  sequence_length: whole(1).describe('Rows in a window.'),
  sequence_stride: whole(1).default(1).describe('Rows from the start of a window to that of the next one.'),
  sampling_rate: whole(1)
    .default(1)
    .describe('Rows from one row of a window to the next one: 2 takes every second row.'),
  horizon: z
    .union([whole(0), z.array(whole(0)).min(1).max(MOST_COLUMNS), steps])
    .default(1)
    .describe(
      'Rows from the last one of a window to its target: 1 is the next row, 0 the last row itself. Several targets are a list, [1, 6, 12], or { "from": 1, "to": 12 }: a target has then one more axis, the first.',
    ),
  order_by: order('a series'),
  group: name
    .nullable()
    .default(null)
    .describe('Column such as a station, each value of which has a series of its own. null: one series.'),
  max_gap: z
    .number()
    .gt(0)
    .nullable()
    .default(null)
    .describe(
      'Largest step of order_by between two rows that belong together, for dates in seconds. No window crosses a larger one. null: any.',
    ),
})

const ENDS = { pre: 'At the beginning.', post: 'At the end.' } as const

/** Rows of a group as one sequence, padded to one length (keras/src/utils/sequence_utils.py, `pad_sequences`). */
const sequenceObject = z.strictObject({
  group: name.describe('Column whose values name the sequences: all rows with one value are one sample.'),
  order_by: order('a sequence'),
  maxlen: whole(1)
    .nullable()
    .default(null)
    .describe('Number of steps that all sequences are brought to. null: that of the longest.'),
  padding: nameIn(ENDS).default('pre').describe('Where a shorter sequence is filled up.'),
  truncating: nameIn(ENDS).default('pre').describe('Where a longer sequence is cut.'),
  value: z
    .number()
    .default(0)
    .describe('Number that fills up an input. A Masking layer with this mask_value skips such steps.'),
  per_step: z
    .boolean()
    .default(false)
    .describe('Whether each step has a target of its own. Else all rows of a sequence must have the same one.'),
})

export const window = windowObject
  .nullable()
  .default(null)
  .describe(
    'Makes each sample a window: consecutive rows of a series, with a target that comes later, as timeseries_dataset_from_array does. No window crosses the border of a part. null: each row is a sample.',
  )
export const sequence = sequenceObject
  .nullable()
  .default(null)
  .describe(
    'Makes each sample the sequence of all rows of a group, padded or cut to one length. null: each row is a sample.',
  )

export type WindowSpec = DeepReadonly<z.output<typeof windowObject>>
export type SequenceSpec = DeepReadonly<z.output<typeof sequenceObject>>

/** The fields of the data that windows and sequences must fit. */
interface Beside {
  readonly window: WindowSpec | null
  readonly sequence: SequenceSpec | null
  readonly split: unknown
  readonly weight: string | null
  readonly missing: unknown
  readonly features?: unknown
}

/** Rules across these fields and others of the data. */
export function* seriesRules(data: Beside): Iterable<RuleIssue> {
  const { window, sequence } = data
  if (window !== null && sequence !== null) {
    yield { code: 'order', path: ['sequence'], message: 'found "sequence" in addition to "window"; keep one of them' }
  }
  if (window !== null) yield* windowRules(window, data)
  if (window !== null || sequence !== null) yield* augmentRules(data)
  if (sequence?.per_step && data.weight !== null) {
    const message = 'found a weight, but a sequence with a target for each step has one weight for each of them'
    yield { code: 'order', path: ['weight'], message }
  }
}

function* windowRules({ horizon, group, order_by, max_gap }: WindowSpec, data: Beside): Iterable<RuleIssue> {
  const at = ['window', 'horizon']
  const range = typeof horizon === 'object' && 'from' in horizon ? horizon : null
  if (range && (range.to < range.from || range.to - range.from >= MOST_COLUMNS)) {
    const most = range.from + MOST_COLUMNS - 1
    const message =
      range.to < range.from
        ? `found ${range.to}, must be at least ${range.from}, the value of "from"`
        : `found ${range.to}, must be at most ${most}, for ${MOST_COLUMNS} targets`
    yield { code: 'range', path: [...at, 'to'], message }
    return
  }
  const rows = horizonsOf({ horizon })
  const fall = rows.findIndex((one, index) => index > 0 && one <= rows[index - 1]!)
  if (fall > 0) {
    const message = `found ${rows[fall]} after ${rows[fall - 1]}, must rise`
    yield { code: 'range', path: [...at, fall], message }
  }
  if (max_gap !== null && order_by === null) {
    const message = 'found a gap, but no "order_by" that it is measured in'
    yield { code: 'order', path: ['window', 'max_gap'], message }
  }
  if (data.weight !== null && rows.length > 1) {
    const message = `found a weight, but a window with ${rows.length} targets has one weight for each of them`
    yield { code: 'order', path: ['weight'], message }
  }
  if (data.split === 'shuffled') {
    const message =
      'found "shuffled", but a window needs rows that follow one another; must be "last", or an object with "by", "group" or "column"'
    yield { code: 'order', path: ['split'], message }
  }
  const hash = typeof data.split === 'object' && data.split !== null && 'hash' in data.split ? data.split.hash : null
  if (typeof hash === 'string' && hash !== group) {
    const message = `found "${hash}", but a window needs rows that follow one another; only the hash of "group" of the window keeps them together`
    yield { code: 'order', path: ['split', 'hash'], message }
  }
  if (max_gap === null) yield* dropRules(data)
}

const entries = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []

/** Augmentation changes single rows. */
function* augmentRules({ features }: Beside): Iterable<RuleIssue> {
  for (const [feature, { augment }] of entries(features)) {
    if (!Array.isArray(augment) || augment.length === 0) continue
    const message = 'found layers, but samples of several rows cannot be augmented'
    yield { code: 'order', path: ['features', feature, 'augment'], message }
  }
}

/** A row that is left out makes neighbours of rows that are none. */
function* dropRules({ missing, features }: Beside): Iterable<RuleIssue> {
  const paths = [
    ...(missing === 'drop' ? [['missing']] : []),
    ...entries(missing).flatMap(([column, how]) => (how === 'drop' ? [['missing', column]] : [])),
    ...entries(features).flatMap(([feature, { missing: how }]) =>
      how === 'drop' ? [['features', feature, 'missing']] : [],
    ),
  ]
  for (const path of paths) {
    const message =
      'found "drop", but a series without some of its rows has gaps that windows would cross; fill the gaps, or set "max_gap" of the window'
    yield { code: 'order', path, message }
  }
}

/** Rows from the last one of a window to each of its targets. */
export function horizonsOf({ horizon }: Pick<WindowSpec, 'horizon'>): readonly number[] {
  if (typeof horizon === 'number') return [horizon]
  if (!('from' in horizon)) return horizon
  const { from, to } = horizon
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}
