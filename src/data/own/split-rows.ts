/** Divides the rows of a source into those for training, for validation and for the test. */
import { countUp } from '../../base/count-up.js'
import { joined } from '../../base/joined.js'
import { PURPOSE, permutation } from '../../base/philox.js'
import { trainCount } from '../split.js'

/** Numbers of rows, sorted. */
export interface Parts {
  readonly train: Uint32Array
  readonly validation: Uint32Array
  readonly test: Uint32Array
}

/** Shares of the rows: the test has its share of all rows, validation its share of the rest. */
export interface Shares {
  readonly validation: number
  readonly test: number
}

/** The last rows are for the test, and those before them for validation, as Keras' `validation_split` cuts them off. */
export const splitLast = (count: number, shares: Shares): Parts => cutUp(countUp(0, count), shares)

/** The same for each of several series, which are lists of rows in their order. Together they are all rows. */
export function splitEachLast(series: readonly Uint32Array[], shares: Shares): Parts {
  const parts = series.map((rows) => cutUp(rows, shares))
  const all = (name: keyof Parts) => joined(parts.map((part) => part[name]))
  return sorted({ train: all('train'), validation: all('validation'), test: all('test') })
}

/**
 * Rows are drawn by the seed. `classes` has the class of each row, in whose proportions they are drawn; a class of at
 * least as many rows as there are parts has a row in each.
 */
export function splitShuffled(count: number, shares: Shares, classes: Int32Array | null, seed: number): Parts {
  const sizes = sizesOf(count, shares)
  const counts = classes === null ? [count] : countsOf(classes)
  const tested = proportions(counts, sizes.test)
  const rest = counts.map((all, label) => all - tested[label]!)
  const validated = proportions(rest, sizes.validation)
  const trained = rest.map((all, label) => all - validated[label]!)
  const partOf = new Uint8Array(count)
  // the first rows of each class in this order train, the next ones validate
  for (const row of shuffled(count, seed, PARTS)) {
    const label = classes === null ? 0 : classes[row]!
    if (trained[label]! > 0) trained[label]!--
    else partOf[row] = validated[label]!-- > 0 ? 1 : 2
  }
  return partsBy(partOf)
}

/** Number of rows with each label, from 0. */
function countsOf(classes: Int32Array): number[] {
  const counts: number[] = []
  for (const label of classes) counts[label] = (counts[label] ?? 0) + 1
  return Array.from(counts, (count = 0) => count)
}

/** Rows in the order of the values of a column: the largest are for the test, those before them for validation. */
export function splitBy(values: Float64Array, shares: Shares): Parts {
  const order = countUp(0, values.length).sort((a, b) => values[a]! - values[b]! || a - b)
  return sorted(cutUp(order, shares))
}

/** Groups, which have numbers from 0, are drawn by the seed, and added to the test, then to validation, until a part has its share of the rows. */
export function splitGroups(groups: Uint32Array, shares: Shares, seed: number): Parts {
  const all = rowsByGroup(groups)
  let waiting: readonly number[][] = Array.from(shuffled(all.length, seed, PARTS), (index) => all[index]!)
  const wanted = sizesOf(groups.length, shares)
  const take = (size: number): Uint32Array => {
    const [taken, left]: [number[][], number[][]] = [[], []]
    let rows = 0
    for (const group of waiting) {
      // a group that would bring the part further from its size than it is goes elsewhere
      const isNearer = Math.abs(rows + group.length - size) < Math.abs(rows - size)
      if (isNearer) rows += group.length
      const place = isNearer ? taken : left
      place.push(group)
    }
    waiting = left
    return Uint32Array.from(taken.flat())
  }
  const test = take(wanted.test)
  const validation = take(wanted.validation)
  return sorted({ train: Uint32Array.from(waiting.flat()), validation, test })
}

/** The rows of each group. */
export function rowsByGroup(groups: Uint32Array): readonly number[][] {
  const rowsOf: number[][] = []
  for (const [row, group] of groups.entries()) {
    rowsOf[group] ??= []
    rowsOf[group].push(row)
  }
  return rowsOf.filter((rows) => rows.length > 0)
}

/** Each row is in the part where its place in [0, 1) lies: the test first, then validation. */
export function splitHashed(places: Float64Array, { validation, test }: Shares): Parts {
  const end = test + (1 - test) * validation
  return partsBy(Uint8Array.from(places, (place) => (place < test ? 2 : place < end ? 1 : 0)))
}

/** Returns a number of [0, 1) for a text: FNV-1a in 32 bits over its UTF-8 bytes, mixed as in MurmurHash3. */
export function placeOf(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}

/** Names of the parts in a column that says the part of each row: 0 for training, 1 for validation, 2 for the test. */
export const PART_NAMES: ReadonlyMap<string, number> = new Map([
  ...['train', 'training'].map((name) => [name, 0] as const),
  ...['validation', 'val', 'valid', 'dev'].map((name) => [name, 1] as const),
  ...['test', 'testing'].map((name) => [name, 2] as const),
])

/** Streams of random numbers: for the parts, and for folds. */
const PARTS = 0
export const FOLDS = 1

/** Rows, or groups of rows, in an order drawn by the seed. */
export const shuffled = (count: number, seed: number, stream: number): Uint32Array =>
  permutation({ seed, purpose: PURPOSE.split, stream, step: 0 }, count)

/** Numbers of rows for training, validation and the test. */
function sizesOf(count: number, shares: Shares): Readonly<Record<keyof Parts, number>> {
  const rest = trainCount(count, shares.test)
  const train = trainCount(rest, shares.validation)
  return { train, validation: rest - train, test: count - rest }
}

function cutUp(order: Uint32Array, shares: Shares): Parts {
  const { train, validation } = sizesOf(order.length, shares)
  const rest = train + validation
  return { train: order.slice(0, train), validation: order.slice(train, rest), test: order.slice(rest) }
}

/** Sorts the rows of each part, which together are all rows. */
function sorted({ train, validation, test }: Parts): Parts {
  const partOf = new Uint8Array(train.length + validation.length + test.length)
  for (const row of validation) partOf[row] = 1
  for (const row of test) partOf[row] = 2
  return partsBy(partOf)
}

/** The rows of each part; `partOf` has 0 for a row for training, 1 for validation, 2 for the test. */
export function partsBy(partOf: Uint8Array): Parts {
  const lengths = [0, 0, 0]
  for (const part of partOf) lengths[part]!++
  const parts = lengths.map((length) => new Uint32Array(length))
  const filled = [0, 0, 0]
  for (let row = 0; row < partOf.length; row++) {
    const part = partOf[row]!
    parts[part]![filled[part]!++] = row
  }
  return { train: parts[0]!, validation: parts[1]!, test: parts[2]! }
}

/**
 * Returns how many of each group belong to a part of `size`: its share, rounded by largest remainder, so that the sum is
 * `size`. A group of at least two has one on both sides if the size allows it.
 */
function proportions(counts: readonly number[], size: number): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (size === 0 || total === 0) return counts.map(() => 0)
  const shares = counts.map((count) => (count * size) / total)
  const least = counts.map((count) => (count > 1 ? 1 : 0))
  const most = counts.map((count, index) => count - least[index]!)
  const takes = shares.map((share, index) => Math.min(Math.max(Math.floor(share), least[index]!), most[index]!))
  const owed = [...counts.keys()].toSorted(
    (a, b) => shares[b]! - takes[b]! - (shares[a]! - takes[a]!) || counts[b]! - counts[a]! || a - b,
  )
  let missing = size - takes.reduce((sum, take) => sum + take, 0)
  const change = (by: 1 | -1, limits: readonly number[]) => {
    for (const index of by > 0 ? owed : owed.toReversed()) {
      if (missing * by <= 0) return
      if (takes[index] === limits[index]) continue
      takes[index]! += by
      missing -= by
    }
  }
  const zeros = counts.map(() => 0)
  // first within the limits that keep a row on both sides, then beyond them
  for (const [up, down] of [
    [most, least],
    [counts, zeros],
  ] as const) {
    for (let before = Number.NaN; missing !== before; ) {
      before = missing
      change(1, up)
      change(-1, down)
    }
  }
  return takes
}
