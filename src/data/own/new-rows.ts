/** Prepares new rows as the rows were that a model was trained on, some at a time and in their order. */
import type { Field, Named, Numbers } from '../../base/field.js'
import { type Issue, UserError } from '../../base/issue.js'
import { nearest } from '../../base/nearest.js'
import { noNames } from '../../base/no-names.js'
import { formatShape } from '../../base/shape.js'
import { refusesGaps } from '../../spec/feature-chain.js'
import type { OwnDataSpec } from '../../spec/own-data.js'
import { type Column, isField, type Values, widthOf } from '../column.js'
import { type Preparing, preparing, TEST } from '../preparation.js'
import type { SavedPreparation } from '../saved-preparation.js'
import { type ColumnType, columnOfType, type NumberStyle, type RowStream, type RowTable } from '../sources/raw-table.js'
import { inPieces, type Rows } from '../sources/source.js'
import { withFiles } from '../sources/with-files.js'
import { columnTypeOf } from '../steps/features.js'
import type { Decisions } from './decide.js'
import { type Feature, valuesColumn } from './feature.js'
import { fileColumns } from './file-columns.js'
import { plansOf } from './plans.js'
import { quoted } from './problem.js'
import { PLAIN_NUMBERS, typedTexts } from './typed-texts.js'

/** New rows, which are read once. */
export interface NewRows {
  /** The inputs of the model, by key. */
  readonly fields: Named<Field>
  /** Number of rows; null if it is not known before they are read. */
  readonly count: number | null
  pieces(): AsyncGenerator<NewPiece>
}

/** Rows that are open until they are closed. */
export interface OpenRows extends NewRows {
  /** Name for messages. */
  readonly name: string
  close(): void
}

/** Some consecutive rows. Their arrays last until the next ones are asked for. */
export interface NewPiece {
  /** Number of the first one, from 0. */
  readonly from: number
  readonly count: number
  readonly fields: Named<Numbers>
  /** Reasons why rows could not be prepared, by their place among these; their values mean nothing. */
  readonly bad: ReadonlyMap<number, string>
  /** The columns that are kept, as text; null for a gap. */
  readonly kept: Named<readonly (string | null)[]>
}

export interface NewRowsRequest {
  readonly data: OwnDataSpec
  readonly preparation: SavedPreparation
  /** Seed of the spec. */
  readonly seed: number
  /** Names of columns that are passed on as text. */
  readonly keep: readonly string[]
  /** True if each cell is read by itself, so that one that does not fit its column spoils its row alone. */
  readonly cellByCell: boolean
  noted(note: string): void
}

/** The features of a trained model, without its targets. */
export function featuresOf({ features }: OwnDataSpec, { facts }: SavedPreparation): Decisions {
  const each = Object.entries(features as Named<Feature>)
  return { features: Object.fromEntries(each.map(([name, one]) => [name, { ...one, ...facts[name] }])), targets: {} }
}

/** The data of a spec whose rows have no targets. */
export const withoutTargets = (data: OwnDataSpec): OwnDataSpec => ({
  ...data,
  ...{ target: null, targets: null, weight: null, validation: null, test: null, sha256: null },
})

/** Throws a UserError if the table lacks columns, or has other ones than the training data. */
export function newRows(given: RowTable, request: NewRowsRequest): NewRows {
  const { data, preparation, keep, cellByCell, noted } = request
  const decisions = featuresOf(data, preparation)
  const badFiles = new Map<number, string>()
  const refused = (file: { readonly row: number; readonly file: string; readonly problem: string }) => {
    badFiles.set(file.row, `${file.file} ${file.problem}`)
  }
  const made = fileColumns(decisions, given)
  const types = columnTypes(decisions)
  expectColumns(given, [...Object.keys(types), ...keep], new Set(made.map(({ name }) => name)))
  const table = withFiles(given, made, { noted, refused })
  const asText = (column: string, type: ColumnType | 'field') =>
    type !== 'field' && (cellByCell || keep.includes(column))
  const wanted = noNames<ColumnType | 'field'>()
  for (const [column, type] of Object.entries(types)) wanted[column] = asText(column, type) ? 'text' : type
  for (const column of keep) wanted[column] ??= 'text'
  const stream = table.read(wanted)
  const columns = noNames<Column>()
  for (const [column, type] of Object.entries(types)) {
    columns[column] = type === 'field' ? stream.columns[column]! : columnOfType(type)
  }
  expectForms(given, columns, preparation)
  const work = rowWork(request, decisions, columns)
  const raw = Object.keys(wanted).filter((column) => Object.hasOwn(given.columns, column))
  return {
    fields: work.fields,
    count: given.count?.(raw) ?? null,
    pieces: () => piecesOf(stream, work, { keep, badFiles, style: given.numberStyle ?? PLAIN_NUMBERS }),
  }
}

/** How the columns of features are read. */
export function columnTypes({ features }: Decisions): Record<string, ColumnType | 'field'> {
  const types = noNames<ColumnType | 'field'>()
  for (const feature of Object.values(features)) {
    types[valuesColumn(feature)] = columnTypeOf(feature)
    if (feature.made !== undefined) types[feature.column] = 'text'
  }
  return types
}

function expectColumns({ name, columns }: RowTable, wanted: readonly string[], made: ReadonlySet<string>): void {
  const known = Object.keys(columns)
  const missing = [...new Set(wanted)].filter((column) => !Object.hasOwn(columns, column) && !made.has(column))
  if (missing.length === 0) return
  throw new UserError(
    `${name} lacks ${missing.length === 1 ? 'a column' : `${missing.length} columns`}; it has ${listOf(known)}.`,
    missing.slice(0, MOST).map((column): Issue => {
      const near = nearest(column, known)
      const message = `there is no column ${quoted(column)}`
      return { code: 'column', source: name, pointer: '', message, ...(near !== undefined && { nearest: near }) }
    }),
  )
}

/** Limit on the problems, and the names, that a message lists. */
const MOST = 20

const listOf = (names: readonly string[]): string =>
  `${names.slice(0, MOST).map(quoted).join(', ')}${names.length > MOST ? ', ...' : ''}`

/** Throws a UserError for arrays of another shape than those of the training data. */
function expectForms({ name }: RowTable, columns: Named<Column>, { columns: trained }: SavedPreparation): void {
  const issues = Object.entries(columns).flatMap(([column, found]): Issue[] => {
    const known = trained[column]
    if (!known || !isField(found) || !isField(known) || String(found.shape) === String(known.shape)) return []
    const message = `column ${quoted(column)} has rows of shape ${formatShape(found.shape)}, must have ${formatShape(known.shape)}, as in training`
    return [{ code: 'shape', source: name, pointer: '', message }]
  })
  if (issues.length > 0) throw new UserError(`${name} has other arrays than the training data.`, issues)
}

/** The work on rows with the same columns, which is made once for any number of them. */
export interface RowWork {
  readonly fields: Named<Field>
  /** Number of rows that are prepared at once. */
  readonly most: number
  /** Prepares rows, whose cells may all be text. Rows that are `bad` are left out, and those that it refuses are added. */
  prepare(rows: Rows, bad: BadRows, style: NumberStyle): Named<Numbers>
}

/** Rows that cannot be prepared. */
export interface BadRows {
  has(at: number): boolean
  keys(): Iterable<number>
  readonly size: number
  /** Adds a problem of a row by its place, and the column in which it is; null if the problem names it. */
  refuse(at: number, problem: string, column: string | null): void
}

export function rowWork(
  { data, preparation, seed }: Pick<NewRowsRequest, 'data' | 'preparation' | 'seed'>,
  decisions: Decisions,
  columns: Named<Column>,
): RowWork {
  const types = columnTypes(decisions)
  const plans = plansOf(withoutTargets(data), decisions, seed)
  const work = preparing(plans, columns, TEST, preparation.learnt)
  const needed = Object.values(decisions.features).filter((one) => refusesGaps(one) || one.missing === 'drop')
  return {
    fields: work.fields,
    most: work.most,
    prepare({ from, count, columns: read }, bad, style) {
      const values = noNames<Values>()
      for (const [column, type] of Object.entries(types)) {
        const given = read[column]!
        const isTyped = type === 'field' || !Array.isArray(given)
        const refuse = (at: number, problem: string) => bad.refuse(at, problem, column)
        values[column] = isTyped ? given : typedTexts(given as readonly (string | null)[], type, style, refuse)
      }
      for (const { column } of needed)
        if (widthOf(columns[column]!) === 1) refuseGaps(column, values[column]!, count, bad)
      return preparedRows({ from, count, columns: values }, columns, work, bad)
    },
  }
}

/** The first problem of each row. */
class FirstProblems extends Map<number, string> implements BadRows {
  refuse(at: number, problem: string, column: string | null): void {
    if (!this.has(at)) this.set(at, column === null ? problem : `column ${quoted(column)}: ${problem}`)
  }
}

interface ReadingNew {
  readonly keep: readonly string[]
  /** Problems with the files of rows, by the number of the row. */
  readonly badFiles: Map<number, string>
  readonly style: NumberStyle
}

async function* piecesOf(
  stream: RowStream,
  work: RowWork,
  { keep, badFiles, style }: ReadingNew,
): AsyncGenerator<NewPiece> {
  for await (const many of stream.rows()) {
    for (const rows of inPieces(many, stream.columns, work.most)) {
      const bad = new FirstProblems()
      for (let at = 0; badFiles.size > 0 && at < rows.count; at++) {
        const problem = badFiles.get(rows.from + at)
        if (problem !== undefined) bad.refuse(at, problem, null)
        badFiles.delete(rows.from + at)
      }
      const kept = Object.fromEntries(keep.map((name) => [name, rows.columns[name] as readonly (string | null)[]]))
      const { from, count } = rows
      const fields = work.prepare(rows, bad, style)
      yield { from, count, fields, bad, kept }
    }
  }
}

function refuseGaps(column: string, values: Values, count: number, bad: BadRows): void {
  const isGap = Array.isArray(values)
    ? (at: number) => values[at] === null
    : (at: number) => Number.isNaN(values[at] as number)
  for (let at = 0; at < count; at++) if (isGap(at)) bad.refuse(at, 'found a gap', column)
}

/** Prepares rows. Bad rows get the values of a good one, so that the others keep their places. */
function preparedRows(
  rows: Rows,
  columns: Named<Column>,
  { prepare }: Pick<Preparing, 'prepare'>,
  bad: BadRows,
): Named<Numbers> {
  try {
    const filled = withoutBad(rows, columns, bad)
    return filled === null ? NONE : prepare(filled).fields
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const before = bad.size
    for (const row of inPieces(rows, columns, 1)) {
      const at = row.from - rows.from
      if (bad.has(at)) continue
      try {
        prepare(row)
      } catch (problem) {
        if (!(problem instanceof UserError)) throw problem
        bad.refuse(at, problem.message, null)
      }
    }
    // every row can be prepared by itself, so the problem is none of a row
    if (bad.size === before) throw error
    return preparedRows(rows, columns, { prepare }, bad)
  }
}

const NONE: Named<Numbers> = {}

/** Null if there is no good row. */
function withoutBad(rows: Rows, columns: Named<Column>, bad: BadRows): Rows | null {
  if (bad.size === 0) return rows
  let good = 0
  while (bad.has(good)) good++
  if (good === rows.count) return null
  const each = Object.entries(rows.columns).map(([name, values]): [string, Values] => {
    const width = widthOf(columns[name]!)
    const own = values.slice() as Numbers
    for (const at of bad.keys()) own.copyWithin(at * width, good * width, (good + 1) * width)
    return [name, own]
  })
  return { ...rows, columns: Object.fromEntries(each) }
}
