/** Prepares rows in memory, such as those of a request, for a trained model. */
import type { Field, Named } from '../../base/field.js'
import { inputKey } from '../../base/form.js'
import { UserError } from '../../base/issue.js'
import { noNames } from '../../base/no-names.js'
import type { SetSpec } from '../../spec/data.js'
import { refusesGaps } from '../../spec/feature-chain.js'
import type { OwnDataSpec } from '../../spec/own-data.js'
import type { DataSpec } from '../../spec/spec.js'
import type { Column } from '../column.js'
import { setWork } from '../new-set-rows.js'
import { seriesColumns } from '../own/columns.js'
import { fileColumns } from '../own/file-columns.js'
import { type BadRows, columnTypes, featuresOf, type NewPiece, rowWork } from '../own/new-rows.js'
import { hasSamplesOfRows, newSamples, ROW } from '../own/new-samples.js'
import type { SavedPreparation } from '../saved-preparation.js'
import { setForm } from '../sources/built-in.js'
import { columnOfType } from '../sources/raw-table.js'
import { inPieces } from '../sources/source.js'
import { withFiles } from '../sources/with-files.js'
import { UNWATCHED } from '../watch.js'
import { type RequestRows, type RowProblem, RowsError, type WantedColumn } from './rows.js'
import { textTable, typedTable } from './table.js'

export interface RequestColumn extends WantedColumn {
  /** The feature that is made of it, for people; null for a column that names or orders rows. */
  readonly feature: string | null
  /** True for the content of a file, as base64 text. */
  readonly isFile: boolean
  /** True for numbers that are whole. */
  readonly isWhole: boolean
  /** True if a row may have a gap in it. */
  readonly mayLack: boolean
}

/** How rows in memory become inputs of a model. */
export interface RequestReader {
  /** The inputs, by key. */
  readonly fields: Named<Field>
  readonly columns: readonly RequestColumn[]
  /** Columns that stand before the answers. */
  readonly kept: readonly string[]
  /** True if a sample is made of several rows. */
  readonly hasSamplesOfRows: boolean
  /** Prepares rows piece by piece. Ends with a RowsError that lists every problem, after which no piece comes. */
  pieces(rows: RequestRows): AsyncGenerator<NewPiece>
}

export interface ReaderRequest<Data = DataSpec> {
  readonly data: Data
  readonly preparation: SavedPreparation
  /** Seed of the spec. */
  readonly seed: number
}

/** Name of the rows in messages. */
export const REQUEST = 'the request'

/** Throws a UserError for a model that gets no rows in memory. */
export function requestReader(request: ReaderRequest): RequestReader {
  const { data } = request
  if (!('source' in data)) return ofSet({ ...request, data })
  return hasSamplesOfRows(data) ? ofSeries({ ...request, data }) : ofRows({ ...request, data })
}

function ofSet(request: ReaderRequest<SetSpec>): RequestReader {
  const { x: stored } = setForm(request.data)
  // pixels are given as the numbers that they stand for
  const x: Field = stored.divisor === 1 ? stored : { ...stored, dtype: 'float32', divisor: 1 }
  const work = setWork(request, x)
  return {
    fields: work.fields,
    columns: [{ ...PLAIN, name: 'x', array: x, feature: request.data.dataset }],
    kept: [],
    hasSamplesOfRows: false,
    async *pieces({ count, arrays, problems }) {
      if (problems.length > 0) throw new RowsError(problems)
      for (const rows of inPieces({ from: 0, count, columns: { x: arrays.x! } }, { x }, work.most)) {
        const { from, count: size } = rows
        yield { from, count: size, fields: work.prepare(rows).fields, bad: NONE, kept: {} }
      }
    },
  }
}

const NONE: NewPiece['bad'] = new Map()

const PLAIN = { array: null, isNumber: false, isWhole: false, isFile: false, mayLack: false }

function ofRows(request: ReaderRequest<OwnDataSpec>): RequestReader {
  const { preparation } = request
  const { decisions, made, columns } = columnsOf(request)
  const types = columnTypes(decisions)
  const isMade = new Set(made.map(({ name }) => name))
  const read = noNames<Column>()
  for (const [name, type] of Object.entries(types)) {
    const file = made.find((one) => one.name === name)
    read[name] = type !== 'field' ? columnOfType(type) : (file?.field ?? preparation.columns[name]!)
  }
  const work = rowWork(request, decisions, read)
  const asText = Object.entries(types).map(([name, type]) => [name, type === 'field' ? type : 'text'] as const)
  return {
    fields: work.fields,
    columns: columns.filter(({ name }) => !isMade.has(name)),
    kept: [],
    hasSamplesOfRows: false,
    async *pieces(given) {
      const problems = new Problems(given.problems)
      const badFiles = new Set<number>()
      const listener = {
        noted() {},
        refused({ row, column, problem }: { readonly row: number; readonly column: string; readonly problem: string }) {
          badFiles.add(row)
          problems.add(row, `its file ${problem}`, column)
        },
        bytesIn: bytesOfBase64,
      }
      const stream = withFiles(textTable(given, REQUEST), made, listener).read(Object.fromEntries(asText))
      for await (const all of stream.rows()) {
        for (const rows of inPieces(all, stream.columns, work.most)) {
          const { from, count } = rows
          const bad = new PieceProblems(from, problems)
          for (let at = 0; badFiles.size > 0 && at < count; at++) if (badFiles.has(from + at)) bad.add(at)
          const fields = work.prepare(rows, bad, given.style)
          // after a problem, the rest is only looked through for others
          if (problems.all.length === 0) yield { from, count, fields, bad: NONE, kept: {} }
        }
      }
      problems.end()
    },
  }
}

function ofSeries(request: ReaderRequest<OwnDataSpec>): RequestReader {
  const { data, preparation } = request
  const { made, columns } = columnsOf(request)
  if (made.length > 0) throw new UserError('A model whose samples are several rows of files cannot be served.')
  const naming = seriesColumns(data)
  const named = naming.filter((name) => columns.every((column) => column.name !== name))
  const found = { source: REQUEST, pointer: '', files: [REQUEST] }
  return {
    fields: Object.fromEntries(Object.entries(preparation.form.inputs).map(([name, field]) => [inputKey(name), field])),
    columns: [...columns, ...named.map((name) => ({ ...PLAIN, name, feature: null }))],
    kept: naming.length > 0 ? naming : [ROW],
    hasSamplesOfRows: true,
    async *pieces(given) {
      if (given.problems.length > 0) throw new RowsError(given.problems)
      const settings = { ...request, keep: [], cellByCell: false, noted() {} }
      yield* (await newSamples(typedTable(given, REQUEST), found, settings, UNWATCHED)).pieces()
    },
  }
}

/** The columns that features are made of, and those that are made of files. */
function columnsOf({ data, preparation }: ReaderRequest<OwnDataSpec>) {
  const decisions = featuresOf(data, preparation)
  const made = fileColumns(
    decisions,
    textTable({ count: 0, texts: {}, arrays: {}, fields: {}, style: data.csv, problems: [] }, REQUEST),
  )
  const features = Object.values(decisions.features)
  const columns = Object.entries(columnTypes(decisions)).map(([name, type]): RequestColumn => {
    const users = features.filter(({ column }) => column === name)
    const types = new Set(users.map((one) => one.type))
    return {
      name,
      array: type === 'field' ? (preparation.columns[name] as Field) : null,
      isNumber: type === 'number' || type === 'integer',
      isWhole: type === 'integer',
      isFile: users.some((one) => one.made !== undefined),
      mayLack: users.every((one) => !refusesGaps(one) && one.missing !== 'drop'),
      feature: [...types].join(', '),
    }
  })
  return { decisions, made, columns }
}

/** Every problem of rows: one for a cell, and none for a cell of a row or a column that has one itself. */
class Problems {
  readonly all: RowProblem[]
  readonly #places: Set<string>

  constructor(found: readonly RowProblem[]) {
    this.all = [...found]
    this.#places = new Set(found.map(({ row, column }) => placeOf(row, column)))
  }

  /** `at`: number of the row, from 0. */
  add(at: number, message: string, column: string | null): void {
    const row = at + 1
    const known = [placeOf(row, column), placeOf(row, null), placeOf(null, column)]
    if (column !== null && known.some((place) => this.#places.has(place))) return
    this.#places.add(placeOf(row, column))
    this.all.push({ row, column, message })
  }

  /** Throws a RowsError if there are any, in the order of the rows. */
  end(): void {
    if (this.all.length > 0) throw new RowsError(this.all.toSorted((a, b) => (a.row ?? 0) - (b.row ?? 0)))
  }
}

const placeOf = (row: number | null, column: string | null): string => `${row} ${column}`

class PieceProblems extends Set<number> implements BadRows {
  constructor(
    private readonly from: number,
    private readonly problems: Problems,
  ) {
    super()
  }

  refuse(at: number, problem: string, column: string | null): void {
    this.add(at)
    this.problems.add(this.from + at, problem, column)
  }
}

const BASE64 = /^(?:data:[^,]{0,200};base64,)?([\w+/-]+={0,2})$/

/** The bytes of base64 text, also of a data URL. */
function bytesOfBase64(text: string): Uint8Array | { readonly problem: string } {
  const found = BASE64.exec(text)
  return found ? Buffer.from(found[1]!, 'base64') : { problem: 'is not base64 text' }
}
