/** Predicts: reads new rows piece by piece, prepares them, computes the answers, and hands both on in their order. */
import type { Field, Named } from '../base/field.js'
import { type Issue, UserError } from '../base/issue.js'
import { sizeOf } from '../base/shape.js'
import type { NewPiece, OpenRows } from '../data/own/new-rows.js'
import { fromRow } from '../data/table.js'
import type { Cells, PredictionColumn, PredictionRows, Strided } from '../export/predictions/rows.js'
import { type AnswerForm, type AnswerValues, classIn, MOST_ANSWERS } from './answers.js'
import type { Predictor } from './predictor.js'

/** The columns of predictions: those that are kept, then the answers. */
export function predictionColumns(kept: readonly string[], answers: readonly AnswerForm[]): PredictionColumn[] {
  return [
    ...kept.map((name) => ({ name, type: 'text' }) as const),
    ...answers.flatMap(({ classes, columns }): PredictionColumn[] => [
      ...(classes ? [{ name: classes.column, type: 'text' } as const] : []),
      ...columns.map((name) => ({ name, type: 'number' }) as const),
    ]),
  ]
}

/** Throws a UserError if a column that is kept has the name of an answer. */
export function expectApart(kept: readonly string[], answers: readonly AnswerForm[]): void {
  const taken = new Set(predictionColumns([], answers).map(({ name }) => name))
  const both = kept.find((name) => taken.has(name))
  if (both !== undefined) {
    throw new UserError(`Column "${both}" cannot be kept, because a column of the answers has this name: rename it.`)
  }
}

/** Throws a UserError for answers that no table can hold. `remedy` ends its sentence, for the output of this name. */
export function expectTable(answers: readonly AnswerForm[], remedy: (name: string) => string): void {
  const wide = answers.find(
    ({ shape, columns, classes }) => columns.length === 0 && !classes && shape.every((size) => size > 0),
  )
  if (!wide) return
  throw new UserError(
    `Output "${wide.name}" has ${sizeOf(wide.shape)} numbers a row, but a table has at most ${MOST_ANSWERS} columns; ${remedy(wide.name)}.`,
  )
}

export interface PredictOptions {
  readonly rows: OpenRows
  readonly predictor: Predictor
  /** True if a row that cannot be prepared gets an empty answer; else it ends the work. */
  readonly skip: boolean
  /** How the user asks for empty answers. */
  readonly skipOption: string
  readonly signal: AbortSignal
}

/** Some predictions. */
export interface Predicted {
  readonly rows: PredictionRows
  /** Outputs by the name of the answer, row by row. */
  readonly values: AnswerValues
  /** Names of the columns that are kept. */
  readonly kept: readonly string[]
  /** Rows that could not be prepared, from 0, and the reasons. */
  readonly bad: readonly { readonly row: number; readonly problem: string }[]
}

/**
 * Throws a UserError with the rows that cannot be prepared, unless they are skipped, and the reason of `signal` when that
 * is aborted.
 */
export async function* predictions({
  rows,
  predictor,
  skip,
  skipOption,
  signal,
}: PredictOptions): AsyncGenerator<Predicted> {
  const { answers } = predictor
  const most = rowsAtOnce(predictor)
  for await (const piece of rows.pieces()) {
    if (piece.bad.size > 0 && !skip) throw badRows(rows.name, piece.from, piece.bad, skipOption)
    for (const { from, count, fields, bad, kept } of partsOf(piece, rows.fields, most)) {
      signal.throwIfAborted()
      const values = bad.size === count ? noAnswers(answers, count) : await predictor.predict(fields, count)
      const cells = [
        ...Object.values(kept).map((texts) => ({ texts })),
        ...answers.flatMap((answer) => cellsOf(answer, values, count, bad)),
      ]
      const whole = answers.length === 1 ? values[answers[0]!.name]! : null
      yield {
        rows: { count, cells, hasNone: bad.size === 0 ? () => false : (row) => bad.has(row), whole },
        values,
        kept: Object.keys(kept),
        bad: [...bad].map(([at, problem]) => ({ row: from + at, problem })),
      }
    }
  }
}

/** Numbers of answers that are in memory at once, unless a batch has more. */
const NUMBERS_AT_ONCE = 2 ** 22

/** A number of whole batches. */
function rowsAtOnce({ answers, batchSize }: Predictor): number {
  const width = answers.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  return batchSize * Math.max(1, Math.floor(NUMBERS_AT_ONCE / (batchSize * width)))
}

/** Cuts a piece into parts of at most so many rows. */
function* partsOf(piece: NewPiece, inputs: Named<Field>, most: number): Generator<NewPiece> {
  if (piece.count <= most) {
    yield piece
    return
  }
  for (let start = 0; start < piece.count; start += most) {
    const count = Math.min(most, piece.count - start)
    const kept = Object.entries(piece.kept).map(([name, texts]) => [name, texts.slice(start, start + count)])
    const bad = [...piece.bad].flatMap(([at, problem]): [number, string][] =>
      at >= start && at < start + count ? [[at - start, problem]] : [],
    )
    yield {
      ...{ from: piece.from + start, count, fields: fromRow(piece.fields, inputs, start) },
      ...{ bad: new Map(bad), kept: Object.fromEntries(kept) },
    }
  }
}

const noAnswers = (answers: readonly AnswerForm[], count: number): AnswerValues =>
  Object.fromEntries(answers.map(({ name, shape }) => [name, new Float32Array(count * sizeOf(shape))]))

function cellsOf(answer: AnswerForm, given: AnswerValues, count: number, bad: ReadonlyMap<number, string>): Cells[] {
  const { name, classes, columns, shape } = answer
  const values = given[name]!
  const width = sizeOf(shape)
  const numbers = columns.map((_, index): Strided => ({ values, from: index, stride: width }))
  if (!classes) return numbers
  const texts = Array.from({ length: count }, (_, row) =>
    bad.has(row) ? null : classIn(classes, values, row * width, width),
  )
  return [{ texts }, ...numbers]
}

/** Limit on the rows that a message lists. */
const MOST = 20

function badRows(name: string, from: number, bad: ReadonlyMap<number, string>, skipOption: string): UserError {
  const issues = [...bad]
    .toSorted(([a], [b]) => a - b)
    .slice(0, MOST)
    .map(
      ([at, problem]): Issue => ({
        code: 'row',
        source: name,
        pointer: '',
        message: `row ${from + at + 1}, ${problem}`,
      }),
    )
  const more = bad.size > MOST ? `; the first ${MOST} are listed` : ''
  const rows = bad.size === 1 ? 'a row' : `${bad.size} rows`
  return new UserError(
    `${name} has ${rows} that cannot be prepared${more}; "${skipOption}" leaves their answers empty`,
    issues,
  )
}
