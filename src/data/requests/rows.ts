/** Rows in memory, such as those of a request, that are to become inputs of a trained model. */
import { ARRAYS, type Field, type Named, type Numbers } from '../../base/field.js'
import { UserError } from '../../base/issue.js'
import { isObject } from '../../base/json.js'
import { nearest } from '../../base/nearest.js'
import { noNames } from '../../base/no-names.js'
import { formatShape, type Shape, sizeOf } from '../../base/shape.js'
import type { OwnDataSpec } from '../../spec/own-data.js'
import { PLAIN_NUMBERS } from '../own/typed-texts.js'
import type { NumberStyle } from '../sources/raw-table.js'
import { fits, misfit } from '../tables/bad-cells.js'
import { cellReader } from '../tables/json.js'
import { type JsonRecord, kindOf } from '../tables/json-records.js'
import { openCsvStream } from '../tables/stream-table.js'

/** A column that rows must have: one with text, from which numbers are read too, or one with arrays. */
export interface WantedColumn {
  readonly name: string
  /** Null for a column of text. */
  readonly array: Field | null
  /** True if it holds numbers, whose text JSON may give as numbers beyond those that it holds exactly. */
  readonly isNumber: boolean
}

export interface RequestRows {
  readonly count: number
  readonly texts: Named<readonly (string | null)[]>
  readonly arrays: Named<Numbers>
  /** The field of each array. */
  readonly fields: Named<Field>
  /** How numbers are written in texts. */
  readonly style: NumberStyle
  /** Problems that were found so far. Cells, rows and columns with one hold gaps. */
  readonly problems: readonly RowProblem[]
}

/** A problem with rows. */
export interface RowProblem {
  /** From 1; null for one of all rows. */
  readonly row: number | null
  readonly column: string | null
  readonly message: string
  readonly nearest?: string
}

/** Rows that cannot be inputs of a model. */
export class RowsError extends Error {
  constructor(readonly problems: readonly RowProblem[]) {
    super('the rows have problems')
  }
}

/** Reads objects by the names of columns. */
export function rowsOfRecords(
  records: readonly unknown[],
  columns: readonly WantedColumn[],
  missing: readonly string[],
): RequestRows {
  const problems: RowProblem[] = []
  const rows = records.map((record, at): JsonRecord => {
    if (isObject(record)) return record
    const message = `found ${kindOf(record)}, must be an object with a value for each column`
    problems.push({ row: at + 1, column: null, message })
    return {}
  })
  const lacking = columns.filter(({ name }) => !rows.some((row) => Object.hasOwn(row, name)))
  // if no row is an object, that is said of each
  if (problems.length < rows.length) problems.push(...lackingColumns(lacking, Object.keys(records.find(isObject)!)))
  const [texts, arrays, fields] = [noNames<(string | null)[]>(), noNames<Numbers>(), noNames<Field>()]
  const cell = cellReader(missing)
  for (const column of columns) {
    const { name, array } = column
    const refuse = (at: number, message: string) => problems.push({ row: at + 1, column: name, message })
    if (array) {
      fields[name] = array
      arrays[name] = lacking.includes(column) ? roomOf(rows, array) : arrayOf(rows, name, array, refuse)
    } else texts[name] = rows.map((row, at) => textOf(cell(row, name), column, (message) => refuse(at, message)))
  }
  return { count: rows.length, texts, arrays, fields, style: PLAIN_NUMBERS, problems }
}

function textOf(
  found: ReturnType<ReturnType<typeof cellReader>>,
  { isNumber }: WantedColumn,
  refuse: (message: string) => void,
): string | null {
  if (found === null) return null
  if (typeof found === 'object') refuse(found.problem)
  else if (!isNumber && !fits(found, 'text')) refuse(misfit({ type: 'text', value: String(found), isNumber: true }))
  else return String(found)
  return null
}

const lackingColumns = (lacking: readonly WantedColumn[], known: readonly string[]): RowProblem[] =>
  lacking.map(({ name }) => {
    const near = nearest(name, known)
    return { row: null, column: name, message: 'there is no such column', ...(near !== undefined && { nearest: near }) }
  })

const roomOf = ({ length }: readonly unknown[], { dtype, shape }: Field): Numbers =>
  new ARRAYS[dtype](length * sizeOf(shape))

/** The arrays of a column, row by row. Refuses the first value of each that does not fit. */
function arrayOf(
  rows: readonly JsonRecord[],
  name: string,
  field: Field,
  refuse: (at: number, message: string) => void,
): Numbers {
  const width = sizeOf(field.shape)
  const values = roomOf(rows, field)
  rows.forEach((row, at) => {
    const message = fill(Object.hasOwn(row, name) ? row[name] : undefined, field, 0, values, at * width, '')
    if (message !== undefined) refuse(at, message)
  })
  return values
}

/** Writes a value of some axes of an array, and returns what is wrong with it. */
function fill(
  given: unknown,
  field: Field,
  axis: number,
  into: Numbers,
  at: number,
  place: string,
): string | undefined {
  const { shape } = field
  if (axis === shape.length) {
    if (isValue(given, field.dtype)) {
      into[at] = given
      return undefined
    }
    const found = typeof given === 'number' ? String(given) : given === undefined ? 'nothing' : kindOf(given)
    return `found ${found}${place === '' ? '' : ` at ${place}`}, must be ${WORDS[field.dtype]}`
  }
  const length = shape[axis]!
  if (!Array.isArray(given) || given.length !== length) {
    const found = Array.isArray(given) ? `a list of ${given.length}` : given === undefined ? 'nothing' : kindOf(given)
    const where = place === '' ? '' : ` at ${place}`
    return `found ${found}${where}, must be a list of ${length}${axis === 0 ? ofShape(shape) : ''}`
  }
  const step = sizeOf(shape.slice(axis + 1))
  for (let index = 0; index < length; index++) {
    const problem = fill(given[index], field, axis + 1, into, at + index * step, `${place}[${index}]`)
    if (problem !== undefined) return problem
  }
  return undefined
}

const ofShape = (shape: Shape): string => (shape.length > 1 ? `, for an array of shape ${formatShape(shape)}` : '')

const isValue = (value: unknown, dtype: Field['dtype']): value is number => {
  if (typeof value !== 'number') return false
  if (dtype === 'float32') return Number.isFinite(Math.fround(value))
  return dtype === 'uint8' ? (value & 0xff) === value : (value | 0) === value
}

const WORDS = {
  uint8: 'a whole number from 0 to 255',
  int32: 'a whole number of 32 bits',
  float32: 'a finite number of 32 bits',
} as const

/** Limit on the bytes of the first row of CSV, which is looked at several times. */
const LONGEST_ROW = 250_000

/**
 * Reads rows of a CSV file as a spec has them. Throws a UserError for text that is no such file, and what `counted`
 * throws, which hears the number of rows so far.
 */
export async function rowsOfCsv(
  bytes: AsyncIterable<Uint8Array>,
  columns: readonly WantedColumn[],
  { csv, missing_values }: Pick<OwnDataSpec, 'csv' | 'missing_values'>,
  name: string,
  counted: (rows: number) => void,
): Promise<RequestRows> {
  const arrays = columns.filter(({ array }) => array !== null)
  if (arrays.length > 0) {
    const message = 'it has arrays, which CSV cannot have: send JSON'
    throw new RowsError(arrays.map((one) => ({ row: null, column: one.name, message })))
  }
  const table = await openCsvStream(bytes, { ...csv, missing_values, select: null }, name, LONGEST_ROW)
  const there = columns.filter((column) => Object.hasOwn(table.columns, column.name))
  const lacking = columns.filter((column) => !there.includes(column))
  const texts = noNames<(string | null)[]>()
  for (const { name } of columns) texts[name] = []
  let count = 0
  for await (const rows of table.read(Object.fromEntries(there.map(({ name }) => [name, 'text']))).rows()) {
    count += rows.count
    counted(count)
    for (const { name } of there) for (const text of rows.columns[name] as (string | null)[]) texts[name]!.push(text)
  }
  for (const { name } of lacking) texts[name] = Array.from({ length: count }, () => null)
  const problems = lackingColumns(lacking, Object.keys(table.columns))
  return { count, texts, arrays: {}, fields: {}, style: csv, problems }
}

/** The problems of an error of reading or preparing rows; null for another error. */
export function rowProblemsIn(error: unknown): readonly RowProblem[] | null {
  if (error instanceof RowsError) return error.problems
  if (!(error instanceof UserError)) return null
  const messages = error.issues.length > 0 ? error.issues.map(({ message }) => message) : [error.message]
  return messages.map((message) => ({ row: null, column: null, message }))
}
