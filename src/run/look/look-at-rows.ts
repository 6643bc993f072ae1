/** Goes once over the rows of each part, as they are before any step. */
import type { Named } from '../../base/field.js'
import { type Values, widthOf } from '../../data/column.js'
import { PARTS, type PartName, type RawData, type RawPart } from '../../data/data.js'
import { within } from '../../data/preparation.js'
import type { DataReport } from '../../export/data-report.js'
import { type ColumnSummary, limitsFor, summarizer } from './column-summary.js'
import { likeness } from './likeness.js'
import { type RowHashes, repeatsIn, rowHashes, sharedWith } from './repeats.js'
import { rowHash } from './row-hash.js'
import { firstSample, shownRows, shownValue } from './samples.js'

/** Training rows that the report shows. */
export const MOST_SAMPLES = 4

export interface LookedRows {
  readonly columns: Named<ColumnSummary>
  readonly repeats: NonNullable<DataReport['repeats']>
  readonly samples: DataReport['samples']
  /** The first sample of several rows, without its kind. */
  readonly first: Omit<NonNullable<DataReport['first']>, 'kind'> | null
  /** Inputs that say the same as a target. */
  readonly copies: readonly { readonly column: string; readonly target: string }[]
}

export async function lookAtRows({ inputs, targets, parts, sample }: RawData): Promise<LookedRows> {
  const names = [...new Set([...inputs, ...targets])]
  const { columns } = parts.train.source
  const limits = limitsFor(names.length)
  const summaries = names.map((name) => ({ name, one: summarizer(columns[name]!, limits) }))
  const isSingle = (name: string) => widthOf(columns[name]!) === 1
  const pairs = inputs
    .filter(isSingle)
    .flatMap((column) =>
      targets
        .filter((target) => target !== column && isSingle(target))
        .map((target) => ({ column, target, like: likeness() })),
    )
  const hashes = { train: rowHashes(), validation: rowHashes(), test: rowHashes() }
  const samples: { row: number; values: Named<string | null> }[] = []
  const first = sample && firstSample(sample)
  for (const part of PARTS) {
    const shown = part === 'train' ? shownRows(countOf(parts.train), MOST_SAMPLES) : []
    const { source } = parts[part]
    let seen = 0
    for await (const { count, values, rowOf } of rowsOf(parts[part], names)) {
      for (const { name, one } of summaries) one.see(values[name]!)
      for (const { column, target, like } of pairs) like.see(values[column]!, values[target]!)
      const hashed = (wanted: readonly string[]) =>
        wanted.map((name) => ({ column: source.columns[name]!, values: values[name]! }))
      const [given, wanted] = [hashed(inputs), hashed(targets)]
      for (let row = 0; row < count; row++) hashes[part].add(rowHash(given, row), rowHash(wanted, row))
      const textsAt = (at: number): Named<string | null> =>
        Object.fromEntries(names.map((name) => [name, shownValue(values[name]!, columns[name]!, at)]))
      while (samples.length < shown.length && shown[samples.length]! < seen + count) {
        const at = shown[samples.length]! - seen
        samples.push({ row: rowOf(at) + 1, values: textsAt(at) })
      }
      if (part === 'train') first?.see(count, rowOf, textsAt)
      seen += count
    }
  }
  return {
    columns: Object.fromEntries(summaries.map(({ name, one }) => [name, one.summary()])),
    repeats: repeatsOf(hashes),
    samples,
    first: first?.found(inputs, targets) ?? null,
    copies: pairs.filter(({ like }) => like.isAlike()).map(({ column, target }) => ({ column, target })),
  }
}

export const countOf = ({ rows }: RawPart): number => (rows instanceof Uint32Array ? rows.length : rows.to - rows.from)

/** The rows of a part, some at a time: their values by column, and their numbers in the source. */
export async function* rowsOf({ source, rows }: RawPart, names: readonly string[]) {
  const [first] = names
  for await (const chunk of source.rows(names)) {
    const { take, rowOf } = within(chunk, rows)
    const each = names.map((name) => [name, take(chunk.columns[name]!, widthOf(source.columns[name]!))])
    const values: Named<Values> = Object.fromEntries(each)
    yield { count: values[first!]!.length / widthOf(source.columns[first!]!), values, rowOf }
  }
}

function repeatsOf(hashes: Readonly<Record<PartName, RowHashes>>): LookedRows['repeats'] {
  const sorted = { train: hashes.train.sorted(), validation: hashes.validation.sorted(), test: hashes.test.sorted() }
  const [train, validation, test] = PARTS.map((part) => repeatsIn(sorted[part]))
  const each = (key: 'duplicates' | 'contradictions') => ({
    train: train![key],
    validation: validation![key],
    test: test![key],
  })
  return {
    duplicates: each('duplicates'),
    contradictions: each('contradictions'),
    shared: {
      train_validation: sharedWith(sorted.train, sorted.validation),
      train_test: sharedWith(sorted.train, sorted.test),
      validation_test: sharedWith(sorted.validation, sorted.test),
    },
  }
}
