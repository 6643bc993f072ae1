/** Samples of several rows of own data: windows over series, and sequences. */
import type { Field, Named } from '../../base/field.js'
import { isInputKey } from '../../base/form.js'
import type { IssueDraft } from '../../spec/document.js'
import type { OwnDataSpec } from '../../spec/own-data.js'
import { byPart, PARTS, type PartName } from '../data.js'
import type { SampleRows, Sampling } from '../series/sampling.js'
import { longestOf, sequenceSampling } from '../series/sequences.js'
import { rowsAt, type Series, seriesAmong } from '../series/series.js'
import { windowSampling } from '../series/windows.js'
import { targetColumns } from './columns.js'
import type { Splitting } from './parts.js'
import { quoted, refuse } from './problem.js'
import type { ReadSource } from './read.js'
import { readSeries, type SourceSeries, unequalTargets } from './series.js'
import { type Parts, partsBy } from './split-rows.js'
import type { Tables } from './tables.js'

/** The series of each part, in the numbers of its rows. */
type PartSeries = Readonly<Record<PartName, Series>>

/** How the rows of the source are divided. */
export interface Division {
  readonly parts: Parts
  /** Null if each row is a sample. */
  readonly series: PartSeries | null
}

export function divisionOf(parts: Parts, series: SourceSeries | null): Division {
  const count = parts.train.length + parts.validation.length + parts.test.length
  return { parts, series: series && byPart((part) => seriesAmong(series.divided, parts[part], count)) }
}

/** How the rows of each part become samples. */
export interface Sampled {
  readonly sampling: Sampling
  readonly series: PartSeries
}

/** The same, with the spec in which the length of sequences is known. */
type SampledSpec = Sampled & { readonly data: OwnDataSpec }

/** Null if each row is a sample. The length of sequences is known. */
export function samplingOf(data: OwnDataSpec): Sampling | null {
  const { window, sequence } = data
  if (window) return windowSampling(window, Object.keys(targetColumns(data)).length > 0)
  return sequence && sequenceSampling({ ...sequence, maxlen: sequence.maxlen! })
}

type Unit = Pick<Splitting, 'series' | 'samples'> & {
  /** The class of each unit that is divided, from those of the rows; null if it has several. */
  classesOf(ofRows: Int32Array): Int32Array | null
  /** The rows of the units of each part. */
  rowsOf(parts: Parts): Parts
}

/** The units that are divided into parts: rows, of windows each series by itself, or whole sequences. */
export function splittingBy(series: SourceSeries | null, { window, sequence }: OwnDataSpec): Unit {
  const lists = series?.whole.runs.map((run) => rowsAt(series.whole, run)) ?? null
  const ofRows = { classesOf: (numbers: Int32Array) => numbers, rowsOf: (parts: Parts) => parts, samples: null }
  if (lists === null || sequence === null) return { ...ofRows, series: window && lists }
  const samples = Uint32Array.from(lists, (rows) => rows.reduce((a, b) => Math.min(a, b)))
  return {
    series: null,
    samples,
    classesOf: (numbers) => (sequence.per_step ? null : Int32Array.from(samples, (row) => numbers[row]!)),
    rowsOf({ validation, test }) {
      const partOf = new Uint8Array(lists.reduce((sum, { length }) => sum + length, 0))
      for (const sample of validation) for (const row of lists[sample]!) partOf[row] = 1
      for (const sample of test) for (const row of lists[sample]!) partOf[row] = 2
      return partsBy(partOf)
    },
  }
}

/** The sources of rows; null if the rows of a part are among those of the main source. */
interface Sources {
  readonly main: ReadSource
  readonly validation: ReadSource | null
  readonly test: ReadSource | null
}

/** Throws a DataError if a part has no sample. Returns null if each row is one. */
export async function sampledFrom(
  data: OwnDataSpec,
  division: Division,
  sources: Sources,
): Promise<SampledSpec | null> {
  if (division.series === null) return null
  const { main } = sources
  const series = { ...division.series }
  for (const part of ['validation', 'test'] as const) {
    const own = sources[part]
    if (!own) continue
    const { whole, divided } = (await readSeries(data, own))!
    refuse(await unequalTargets(data, own, whole))
    series[part] = divided
  }
  const { sequence } = data
  const maxlen = sequence && (sequence.maxlen ?? longestOf(Object.values(series)))
  const known = { ...data, sequence: sequence && { ...sequence, maxlen } }
  const sampled = { data: known, sampling: samplingOf(known)!, series }
  const fileOf = (part: PartName) => (part === 'train' ? main : (sources[part] ?? main)).file
  refuse(sampleProblems(sampled, fileOf))
  return sampled
}

/** Reports parts of the source that have rows and no window. */
export function windowProblems(data: OwnDataSpec, { series }: Division, { file }: ReadSource): IssueDraft[] {
  if (data.window === null) return []
  return sampleProblems({ data, sampling: samplingOf(data)!, series: series! }, () => file)
}

function sampleProblems({ data, sampling, series }: SampledSpec, fileOf: (part: PartName) => string): IssueDraft[] {
  return PARTS.flatMap((part) => {
    const { runs } = series[part]
    if ((runs.length === 0 && part !== 'train') || sampling.count(series[part]) > 0) return []
    const longest = runs.reduce((most, { count }) => Math.max(most, count), 0)
    const isSole = data.window?.group === null && data.window.max_gap === null
    const message = `${fileOf(part)}: the ${isSole ? '' : 'longest '}series has ${longest} rows ${USES[part]}, but a window with its target needs ${sampling.rowsNeeded}; make the window shorter, or give this part more rows`
    return [{ code: 'window', pointer: '/data/window', message }]
  })
}

const USES = { train: 'to train on', validation: 'to validate on', test: 'for the test' } as const

/** The rows of each part that are targets of samples. */
export function targetParts(data: OwnDataSpec, { parts, series }: Division): Parts {
  if (data.window === null) return parts
  const sampling = samplingOf(data)!
  return byPart((part) => sampling.targetRows(series![part]).map((place) => parts[part][place]!))
}

/** The rows of the first training sample in the source; null if each row is one. */
export function firstSample(data: OwnDataSpec, { parts: { train }, series }: Division): SampleRows | null {
  if (series === null) return null
  const { inputs, targets } = samplingOf(data)!.rowsOf(series.train, 0)
  return { inputs: inputs.map((place) => train[place]!), targets: targets.map((place) => train[place]!) }
}

/** The rows that training samples are made of. */
export const learningRows = ({ sampling, series }: Sampled, { train }: Parts): Uint32Array =>
  sampling.inputRows(series.train).map((place) => train[place]!)

export const sampleFields = ({ sampling }: Pick<Sampled, 'sampling'>, fields: Named<Field>): Record<string, Field> =>
  Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, sampling.field(key, field)]))

export const sampleCounts = ({ sampling, series }: Sampled): Record<PartName, number> =>
  byPart((part) => sampling.count(series[part]))

export const sampleTables = ({ sampling, series }: Sampled, tables: Tables): Tables =>
  byPart((part) => sampling.table(tables[part], series[part]))

/** Reports numbers of categories that a sequence would be padded with, and that name none. */
export function paddingProblems({ sequence }: OwnDataSpec, fields: Named<Field>): IssueDraft[] {
  if (sequence === null) return []
  const { value } = sequence
  const isNone = (classes: number) => !Number.isInteger(value) || value < 0 || value >= classes
  const odd = Object.entries(fields).find(
    ([key, { classes }]) => isInputKey(key) && classes !== undefined && isNone(classes),
  )
  if (!odd) return []
  const [key, { classes }] = odd
  const message = `found ${value}, but input ${quoted(key.slice(key.indexOf(':') + 1))} has numbers of categories, 0 to ${classes! - 1}`
  return [{ code: 'range', pointer: '/data/sequence/value', message }]
}
