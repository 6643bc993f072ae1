/** Makes the report of `train data SPEC`: what the data of a spec look like, before and after its steps. */
import type { Field } from '../../base/field.js'
import { type DataForm, isInputKey, targetKey, WEIGHT } from '../../base/form.js'
import { median } from '../../base/timing.js'
import { batches } from '../../data/batches.js'
import type { Data, OpenData } from '../../data/data.js'
import type { DataReport } from '../../export/data-report.js'
import type { SheetSample } from '../../export/sheet-sample.js'
import type { OwnDataSpec } from '../../spec/own-data.js'
import type { ResolvedSpec } from '../../spec/spec.js'
import { ownVersion } from '../versions.js'
import { classesIn, fieldSummaries, targetCounts } from './fields.js'
import { lookAtRows } from './look-at-rows.js'
import { pictureSamples } from './picture-samples.js'
import { shownTexts } from './texts.js'
import { splitWords, usesOf } from './uses.js'
import { warningsOf } from './warnings.js'

export interface Looked {
  readonly report: DataReport
  /** Some training pictures; null if they are not asked for, or no input is a picture. */
  readonly pictures: readonly SheetSample[] | null
}

export async function lookAtSpec(spec: ResolvedSpec, open: OpenData, withPictures = false): Promise<Looked> {
  const raw = await open.raw()
  const look = async () => ({
    before: await lookAtRows(raw),
    pictures: withPictures ? await pictureSamples(open, raw) : null,
  })
  const { before, pictures } = await look().finally(() => raw.close())
  const data = await open.load()
  const { form } = data
  const useOf = usesOf(spec, open)
  const columns = Object.entries(before.columns).map(([name, summary]) => ({ name, ...useOf(name), ...summary }))
  const targets = targetsOf(data, open)
  const report = {
    version: 1 as const,
    trainspec: ownVersion(),
    name: spec.name,
    data: form.name,
    columns,
    rows: form.rows,
    dropped: raw.dropped,
    split: splitWords(spec, open.data),
    targets,
    fields: fieldsOf(data),
    // rows of a series may be alike
    repeats: before.first ? null : before.repeats,
    samples: before.samples,
    texts: before.first ? [] : await shownTexts(open, data, before.samples),
    first: before.first && { kind: isWindow(open) ? ('window' as const) : ('sequence' as const), ...before.first },
    batch: await timeBatch(spec, data),
  }
  const warnings = warningsOf(report, { copies: isWindow(open) ? [] : before.copies, spec, open })
  return { report: { ...report, warnings, proposal: null }, pictures }
}

const isWindow = ({ data }: OpenData): boolean => 'source' in data && data.window !== null

function targetsOf({ form, train, validation, test }: Data, { data }: OpenData): DataReport['targets'] {
  return Object.entries(form.targets).map(([name, field]) => {
    const classes = classesIn(field)
    if (classes === 0) return { name, kind: 'number' as const, classes: [] }
    const key = targetKey(name)
    const [trained, validated, tested] = [train, validation, test].map((table) => targetCounts(table, key))
    const kind = kindOf(field, targetIn(data, name, form))
    // class 0 of sequences fills them up
    const names = kind === 'sequence' ? ['', ...classNames(data, name, form)] : classNames(data, name, form)
    const counted = Array.from(trained!, (count, number) => ({ count, number }))
    return {
      name,
      kind,
      classes: counted.slice(kind === 'sequence' ? 1 : 0).map(({ count, number }) => ({
        number,
        name: names[number] ?? String(number),
        train: count,
        validation: validated![number]!,
        test: tested![number]!,
      })),
    }
  })
}

type TargetSpec = NonNullable<OwnDataSpec['target']>

function kindOf(
  { values, shape, sequenceSteps }: Field,
  target: TargetSpec | null,
): 'multi_hot' | 'mask' | 'class' | 'sequence' {
  if (sequenceSteps !== undefined) return 'sequence'
  if (values === 'class') return shape.length > 0 ? 'mask' : 'class'
  return values === 'probability' && target?.type !== 'multi_hot' ? 'class' : 'multi_hot'
}

/** The settings of a target in the spec; null for a set that comes with the program. */
const targetIn = (data: OpenData['data'], name: string, { targets }: DataForm): TargetSpec | null =>
  'source' in data ? (data.targets?.[name] ?? (Object.keys(targets).length === 1 ? data.target : null)) : null

/** The names of the classes of a target; none for a set that comes with the program. */
function classNames(data: OpenData['data'], name: string, form: DataForm): readonly string[] {
  const target = targetIn(data, name, form)
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
