/** Makes the report of `train data SPEC`: what the data of a spec look like, before and after its steps. */
import type { Named } from '../../base/field.js'
import { type DataForm, isInputKey, targetKey, WEIGHT } from '../../base/form.js'
import { median } from '../../base/timing.js'
import { batches } from '../../data/batches.js'
import type { Values } from '../../data/column.js'
import { type Data, type OpenData, PARTS, type PartName, type RawData } from '../../data/data.js'
import { widthOf, within } from '../../data/preparation.js'
import type { DataReport } from '../../export/data-report.js'
import type { ResolvedSpec } from '../../spec/spec.js'
import { ownVersion } from '../versions.js'
import { limitsFor, type Summarizer, summarizer } from './column-summary.js'
import { classCounts, classesIn, fieldSummaries } from './fields.js'
import { type Likeness, likeness } from './likeness.js'
import { repeatsIn, rowHashes, sharedWith } from './repeats.js'
import { rowHash } from './row-hash.js'
import { shownRows, shownValue } from './samples.js'
import { splitWords, useOf } from './uses.js'
import { warningsOf } from './warnings.js'

/** Rows that the report shows. */
const MOST_SAMPLES = 4

export async function lookAtSpec(spec: ResolvedSpec, open: OpenData): Promise<DataReport> {
  const raw = await open.raw()
  const before = await lookAtRows(raw).finally(() => raw.close())
  const data = await open.load()
  const { form } = data
  const columns = [...before.summaries].map(([name, one]) => ({ name, ...useOf(name, spec, open), ...one.summary() }))
  const targets = targetsOf(data, open)
  const report = {
    version: 1 as const,
    trainspec: ownVersion(),
    name: spec.name,
    data: form.name,
    columns,
    rows: form.rows,
    dropped: raw.dropped,
    split: splitWords(open.data),
    targets,
    fields: fieldsOf(data),
    repeats: before.repeats,
    samples: before.samples,
    batch: await timeBatch(spec, data),
  }
  return { ...report, warnings: warningsOf(report, { copies: before.copies, spec, open }), proposal: null }
}

interface Before {
  readonly summaries: ReadonlyMap<string, Summarizer>
  readonly repeats: NonNullable<DataReport['repeats']>
  readonly samples: DataReport['samples']
  /** Inputs that say the same as a target. */
  readonly copies: readonly { readonly column: string; readonly target: string }[]
}

/** Goes once over the rows of each part as they are before any step. */
async function lookAtRows(raw: RawData): Promise<Before> {
  const { inputs, targets, parts } = raw
  const names = [...new Set([...inputs, ...targets])]
  const { columns } = parts.train.source
  const limits = limitsFor(names.length)
  const summaries = new Map(names.map((name) => [name, summarizer(columns[name]!, limits)]))
  const pairs = inputs.flatMap((column) =>
    targets
      .filter((target) => target !== column && isSingle(column) && isSingle(target))
      .map((target): Pair => ({ column, target, like: likeness() })),
  )
  function isSingle(name: string) {
    const column = columns[name]!
    return !('shape' in column) || column.shape.length === 0
  }
  const hashes = { train: rowHashes(), validation: rowHashes(), test: rowHashes() }
  const samples: { row: number; values: Record<string, string | null> }[] = []
  for (const part of PARTS) {
    const { source, rows: set } = parts[part]
    const total = set instanceof Uint32Array ? set.length : set.to - set.from
    const shown = part === 'train' ? shownRows(total, MOST_SAMPLES) : []
    let seen = 0
    for await (const chunk of source.rows(names)) {
      const { take, rowOf } = within(chunk, set)
      const values = Object.fromEntries(
        names.map((name) => [name, take(chunk.columns[name]!, widthOf(source.columns[name]!))]),
      )
      for (const [name, one] of summaries) one.see(values[name]!)
      for (const { column, target, like } of pairs) like.see(values[column]!, values[target]!)
      const hashed = (wanted: readonly string[]) =>
        wanted.map((name) => ({ column: source.columns[name]!, values: values[name]! }))
      const [given, wanted] = [hashed(inputs), hashed(targets)]
      const [first] = names
      const count = values[first!]!.length / widthOf(source.columns[first!]!)
      for (let row = 0; row < count; row++) hashes[part].add(rowHash(given, row), rowHash(wanted, row))
      while (samples.length < shown.length && shown[samples.length]! < seen + count) {
        const at = shown[samples.length]! - seen
        samples.push({ row: rowOf(at) + 1, values: valuesOf(values, at) })
      }
      seen += count
    }
  }
  function valuesOf(values: Named<Values>, at: number) {
    return Object.fromEntries(names.map((name) => [name, shownValue(values[name]!, columns[name]!, at)]))
  }
  const copies = pairs.filter(({ like }) => like.isAlike()).map(({ column, target }) => ({ column, target }))
  return { summaries, repeats: repeatsOf(hashes), samples, copies }
}

interface Pair {
  readonly column: string
  readonly target: string
  readonly like: Likeness
}

function repeatsOf(hashes: Readonly<Record<PartName, ReturnType<typeof rowHashes>>>): Before['repeats'] {
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

function targetsOf({ form, train, validation, test }: Data, { data }: OpenData): DataReport['targets'] {
  return Object.entries(form.targets).map(([name, field]) => {
    const classes = classesIn(field)
    if (classes === 0) return { name, kind: 'number' as const, classes: [] }
    const key = targetKey(name)
    const [trained, validated, tested] = [train, validation, test].map((table) => classCounts(table, key))
    const names = classNames(data, name, form)
    return {
      name,
      kind: field.values === 'class' ? ('class' as const) : ('multi_hot' as const),
      classes: trained!.map((count, number) => ({
        number,
        name: names[number] ?? String(number),
        train: count,
        validation: validated![number]!,
        test: tested![number]!,
      })),
    }
  })
}

/** The names of the classes of a target; none for a set that comes with the program. */
function classNames(data: OpenData['data'], name: string, { targets }: DataForm): readonly string[] {
  if (!('source' in data)) return []
  const target = data.targets?.[name] ?? (Object.keys(targets).length === 1 ? data.target : null)
  return target?.class_names ?? target?.columns ?? []
}

function fieldsOf({ train }: Data): DataReport['fields'] {
  const numbers = fieldSummaries(train)
  return Object.entries(train.fields).map(([key, { shape, dtype }]) => ({
    name: key === WEIGHT ? 'weight' : key.slice(key.indexOf(':') + 1),
    use: key === WEIGHT ? 'weight' : isInputKey(key) ? 'input' : 'target',
    shape: [...shape],
    dtype,
    numbers: numbers[key]!,
  }))
}

/** Batches are timed for this long, in milliseconds, or for an epoch. */
const TIMED = 300

async function timeBatch({ seed, fit }: ResolvedSpec, { train }: Data): Promise<DataReport['batch']> {
  const size = Math.min(fit.batch_size, train.count)
  const times: number[] = []
  const start = performance.now()
  let before = start
  for await (const _ of batches(train, { batchSize: size, epoch: 1, shuffle: { seed, epoch: 1 } })) {
    const now = performance.now()
    times.push(now - before)
    before = now
    if (now - start > TIMED) break
  }
  return { size, milliseconds: median(times) }
}
