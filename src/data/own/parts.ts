/** Divides the rows of a source as the field `split` says. */
import type { IssueDraft } from '../../spec/document.js'
import type { OwnDataSpec } from '../../spec/own-data.js'
import { labelText } from '../steps/labels.js'
import { splitColumn } from './columns.js'
import { consecutiveFolds, groupFolds, shuffledFolds, withFold } from './fold.js'
import { firstOf, MOST_FOUND, quoted, refuse } from './problem.js'
import { type ReadSource, rowIn } from './read.js'
import { eachValue, groupsIn, orderIn } from './row-values.js'
import {
  PART_NAMES,
  type Parts,
  partsBy,
  placeOf,
  type Shares,
  splitBy,
  splitEachLast,
  splitGroups,
  splitHashed,
  splitLast,
  splitShuffled,
} from './split-rows.js'

export interface Splitting {
  readonly data: OwnDataSpec
  readonly main: ReadSource
  readonly shares: Shares
  /** Class of each row, in whose proportions rows are drawn; null if the target is no class. */
  readonly classes: Int32Array | null
  readonly seed: number
  /** Series, lists of rows in their order, each of which is divided if the last rows are wanted; null: all are one. */
  readonly series: readonly Uint32Array[] | null
  /** Rows each of which stands for a sample, by whose numbers the parts are given; null: every row is a sample. */
  readonly samples: Uint32Array | null
}

/** Divides rows, or samples, by shares. Throws a DataError for values of the column that splits them. */
export async function partsOf(splitting: Splitting): Promise<Parts> {
  const { main, shares, classes, seed, series, samples } = splitting
  const { split } = splitting.data
  const count = samples?.length ?? main.source.count
  if (split === 'shuffled') return splitShuffled(count, shares, classes, seed)
  if (split === 'last') return series ? splitEachLast(series, shares) : splitLast(count, shares)
  if (split.hash !== undefined) return splitHashed(ofSamples(await placesIn(main, split.hash), samples), shares)
  if (split.group !== undefined) return splitGroups(ofSamples(await groupsIn(main, split.group), samples), shares, seed)
  if (split.by !== undefined) return splitBy(ofSamples(await pointsIn(main, split.by), samples), shares)
  return partsBy(ofSamples(await namedParts(main, split.column!), samples))
}

/** The values of the rows that stand for samples. */
const ofSamples = <Values extends Uint8Array | Uint32Array | Float64Array>(
  values: Values,
  samples: Uint32Array | null,
): Values => {
  if (samples === null) return values
  const own = values.slice(0, samples.length) as Values
  for (const [sample, row] of samples.entries()) own[sample] = values[row]!
  return own
}

const pointsIn = async (main: ReadSource, column: string): Promise<Float64Array> =>
  (await orderIn(main, column, { code: 'split', pointer: '/data/split' })).values

/** Divides rows in folds. Returns the parts for each fold that validates, by its index. */
export async function foldedParts(splitting: Splitting, of: number): Promise<(index: number) => Parts> {
  const parts = await partsOf({ ...splitting, shares: { ...splitting.shares, validation: 0 } })
  const folds = await foldsOf(splitting, parts.train, of)
  return (index) => withFold(parts, folds, index)
}

/** The fold of each training row, in their order. */
async function foldsOf(
  { data: { split }, data, main, shares, classes, seed, series, samples }: Splitting,
  rows: Uint32Array,
  of: number,
) {
  if (split === 'last')
    return series ? eachInFolds(series, rows, of, main.source.count) : consecutiveFolds(rows.length, of)
  if (split === 'shuffled') {
    return shuffledFolds(rows.length, of, classes && Int32Array.from(rows, (row) => classes[row]!), seed)
  }
  const column = splitColumn(data)!
  if (split.group !== undefined) {
    const groups = ofSamples(await groupsIn(main, column), samples)
    return groupFolds(
      rows.map((row) => groups[row]!),
      of,
      seed,
    )
  }
  const places = ofSamples(await placesIn(main, column), samples)
  // the test has the rows with the smallest places
  return rows.map((row) => ((places[row]! - shares.test) / (1 - shares.test)) * of)
}

/** The folds of some rows: each series has consecutive rows in each fold. `count` is the number of all rows. */
function eachInFolds(series: readonly Uint32Array[], rows: Uint32Array, of: number, count: number): Uint32Array {
  const folds = new Int32Array(count).fill(-1)
  for (const row of rows) folds[row] = 0
  for (const one of series) {
    const own = one.filter((row) => folds[row] === 0)
    const found = consecutiveFolds(own.length, of)
    for (let index = 0; index < own.length; index++) folds[own[index]!] = found[index]!
  }
  return rows.map((row) => folds[row]!)
}

/** The place of each value in [0, 1), by its hash. */
async function placesIn(main: ReadSource, column: string): Promise<Float64Array> {
  const places = new Float64Array(main.source.count)
  await eachValue(main, column, (value, row) => {
    places[row] = placeOf(labelText(value))
  })
  return places
}

/** The part that each value names: 0 for training, 1 for validation, 2 for the test. */
async function namedParts(main: ReadSource, column: string): Promise<Uint8Array> {
  const parts = new Uint8Array(main.source.count)
  const problems: IssueDraft[] = []
  await eachValue(main, column, (value, row) => {
    const name = labelText(value)
    const part = PART_NAMES.get(name.toLowerCase())
    if (part !== undefined) parts[row] = part
    else if (problems.length < MOST_FOUND) {
      problems.push(problemAt(row, main, column, `found ${quoted(name)}, must be train, validation or test`))
    }
  })
  refuse(firstOf(problems))
  return parts
}

const problemAt = (row: number, read: ReadSource, column: string, found: string): IssueDraft => ({
  code: 'split',
  pointer: '/data/split',
  message: `${rowIn(read, row + 1)}, column ${quoted(column)}: ${found}`,
})
