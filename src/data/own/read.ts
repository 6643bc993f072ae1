/** Reads the columns of a source that features and targets need. */

import type { Named } from '../../base/field.js'
import { noNames } from '../../base/no-names.js'
import type { IssueDraft } from '../../spec/document.js'
import { refusesGaps } from '../../spec/feature-chain.js'
import type { OwnDataSpec } from '../../spec/own-data.js'
import type { ColumnType, RawTable, RowTable } from '../sources/raw-table.js'
import { withFiles } from '../sources/with-files.js'
import { columnTypeOf } from '../steps/features.js'
import { type DataWatch, patient } from '../watch.js'
import { columnsBeside, columnsOf, seriesColumns, splitColumn, valueColumnsOf } from './columns.js'
import { type Decisions, fillOf, type Target } from './decide.js'
import { type Feature, valuesColumn } from './feature.js'
import { fileColumns } from './file-columns.js'
import { type FoundSource, nameOf, notesOf, openAt } from './found-source.js'
import { quoted, refuse } from './problem.js'
import { type Spooled, spool } from './spool.js'

export interface ReadSource extends Spooled {
  /** Lines about its files that are worth telling. */
  readonly notes: readonly string[]
  /** Name of the file for messages. */
  readonly file: string
  /** JSON pointer to the field of the spec that names it. */
  readonly pointer: string
}

/** A row for messages, from 1. Rows that were dropped do not count. */
export const rowIn = ({ file, dropped }: Pick<ReadSource, 'file' | 'dropped'>, row: number): string =>
  `row ${row} of ${file}${dropped > 0 ? `, not counting the ${dropped} rows that are left out` : ''}`

/** How the rows of a source are read. */
export interface Reading {
  readonly decisions: Decisions
  readonly data: OwnDataSpec
  readonly watch: DataWatch
  /** Bytes of rows that stay in memory. */
  readonly budget: number
}

/** Reads the rows of the source, with the column that splits them. */
export async function readMain(table: RawTable, found: FoundSource, reading: Reading): Promise<ReadSource> {
  const uses = usesOf(reading.decisions, reading.data)
  const column = splitColumn(reading.data)
  if (column !== undefined) uses[column] = new Set([...(uses[column] ?? []), 'label'])
  return readColumns(uses, table, found, reading)
}

/** Reads new rows, which have no targets; `keep` names columns that are kept as text. */
export const readNew = (
  table: RowTable,
  found: FoundSource,
  reading: Reading,
  keep: readonly string[],
): Promise<ReadSource> => {
  const uses = usesOf(reading.decisions, reading.data)
  for (const column of keep) uses[column] ??= new Set(['text'])
  return readColumns(uses, table, found, reading)
}

async function readColumns(
  uses: Uses,
  given: RowTable,
  found: FoundSource,
  { decisions, data, watch, budget }: Reading,
): Promise<ReadSource> {
  const { pointer } = found
  const file = nameOf(found)
  const notes = [...notesOf(found)]
  const table = withFiles(given, fileColumns(decisions, given), { noted: (note) => notes.push(note) })
  const progress = patient(watch.listener)
  const seen = (rows: number) => progress({ verb: 'Reading', file, done: rows, total: null, unit: 'rows' })
  const stream = table.read(wantedColumns(uses, table, pointer))
  return { ...(await spool(stream, droppingColumns(decisions, data), { budget, seen })), file, pointer, notes }
}

/** Opens a further source, and reads its rows. */
export async function readSource(found: FoundSource, reading: Reading): Promise<ReadSource> {
  const table = await openAt(found, reading.data)
  try {
    return await readTable(table, found, reading)
  } finally {
    table.close()
  }
}

/** Reads the rows of a further table, which must have the same columns. */
export async function readTable(table: RowTable, found: FoundSource, reading: Reading): Promise<ReadSource> {
  const { decisions, data } = reading
  const uses = usesOf(decisions, data)
  const made = new Set(fileColumns(decisions, table).map(({ name }) => name))
  const missing = Object.keys(uses).filter((column) => !Object.hasOwn(table.columns, column) && !made.has(column))
  refuse(
    missing.map((column) => ({
      code: 'column',
      pointer: found.pointer,
      message: `${table.name} has no column ${quoted(column)}, which the source has`,
    })),
  )
  return readColumns(uses, table, found, reading)
}

/** The types in which a column is used: by a feature, by a target, as weights, to name and order series. */
function usesOf({ features, targets }: Decisions, data: OwnDataSpec): Record<string, ReadonlySet<Use>> {
  const uses = noNames<Set<Use>>()
  const use = (column: string, as: Use) => {
    uses[column] ??= new Set()
    uses[column].add(as)
  }
  for (const feature of Object.values(features)) {
    use(valuesColumn(feature), columnTypeOf(feature))
    // a gap in it is reported, or drops the row
    if (feature.made !== undefined) use(feature.column, 'text')
  }
  for (const target of Object.values(targets)) {
    for (const column of valueColumnsOf(target)) use(column, useOf(target))
    if (target.made !== undefined) for (const column of columnsOf(target)) use(column, 'text')
  }
  if (data.weight !== null) use(data.weight, 'number')
  for (const column of seriesColumns(data)) use(column, 'key')
  return uses
}

type Uses = Named<ReadonlySet<Use>>
/** `label`: text, or numbers if the file states that type. `key`: the same, but numbers in full, such as points in time. */
type Use = ColumnType | 'field' | 'label' | 'key'

const useOf = ({ type }: Target): Use => (type === 'number' ? 'number' : type === 'image' ? 'field' : 'label')

function wantedColumns(all: Uses, { name, columns }: RowTable, pointer: string): Named<ColumnType | 'field'> {
  const problems: IssueDraft[] = []
  const wanted = noNames<ColumnType | 'field'>()
  for (const [column, uses] of Object.entries(all)) {
    const stated = columns[column]
    const isArray = typeof stated === 'object' && stated !== null
    // labels and keys can be read from numbers too
    const firm = [...uses].flatMap((use) =>
      use === 'label' || use === 'key' ? [] : [isArray && use === 'number' ? 'field' : use],
    )
    const open = stated === 'number' && uses.has('key') ? 'text' : labelType(stated)
    const types = new Set(firm.length > 0 ? firm : [open])
    const [type, other] = [...types]
    if (other !== undefined) {
      const message = `column ${quoted(column)} of ${name} is used both as ${WORDS[type!]} and as ${WORDS[other]}; it can be read in one way only`
      problems.push({ code: 'column', pointer, message })
    } else if (isArray !== (type === 'field')) {
      const message = isArray
        ? `column ${quoted(column)} of ${name} is an array, must be read with type "array"`
        : `column ${quoted(column)} of ${name} has single values, so it cannot have type "array"`
      problems.push({ code: 'column', pointer, message })
    }
    wanted[column] = type!
  }
  refuse(problems)
  return wanted
}

const labelType = (stated: RawTable['columns'][string] | undefined): ColumnType | 'field' =>
  typeof stated === 'string' ? stated : stated ? 'field' : 'text'

const WORDS = { number: 'numbers', integer: 'whole numbers', text: 'text', field: 'an array' } as const

/** Columns a gap in which removes the row. */
function droppingColumns({ features }: Decisions, data: OwnDataSpec): ReadonlySet<string> {
  return new Set([
    ...Object.values(features)
      .filter(({ missing }) => missing === 'drop')
      .map(({ column }) => column),
    ...columnsBeside(data).filter((column) => fillOf(data, column) === 'drop'),
  ])
}

function remedyFor(feature: Feature): string {
  const column = quoted(feature.column)
  if (feature.made !== undefined) return `"missing": { ${column}: "drop" } in "data" leaves such rows out`
  return feature.type === 'text'
    ? `"missing": { "value": "" } in its feature takes them for empty texts, and "missing": "drop" leaves such rows out`
    : `"missing": { ${column}: "median" } in "data" fills them ("mean", "most_frequent", or a value), and "drop" leaves such rows out`
}

/** Reports columns with gaps that nothing fills. */
export function gapProblems(
  { gaps, file, pointer }: ReadSource,
  decisions: Decisions,
  data: OwnDataSpec,
): IssueDraft[] {
  const dropping = droppingColumns(decisions, data)
  const needed = new Map<string, string>()
  for (const feature of Object.values(decisions.features)) {
    if (!refusesGaps(feature)) continue
    needed.set(feature.column, remedyFor(feature))
  }
  for (const column of columnsBeside(data))
    needed.set(column, `"missing": { ${quoted(column)}: "drop" } in "data" leaves such rows out`)
  return Object.entries(gaps).flatMap(([column, { count, first }]) => {
    const remedy = needed.get(column)
    if (remedy === undefined || dropping.has(column)) return []
    const many = count === 1 ? 'a gap' : `${count} gaps, the first`
    return [
      { code: 'gap', pointer, message: `column ${quoted(column)} of ${file} has ${many} in row ${first}; ${remedy}` },
    ]
  })
}
