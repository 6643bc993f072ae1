/** Makes fields from the columns of a source, by steps that learn from training rows only. */
import { ARRAYS, type Field, type Named, type Numbers } from '../base/field.js'
import type { Json } from '../base/json.js'
import { sizeOf } from '../base/shape.js'
import { type Column, cut, isField, type Values } from './column.js'
import type { Rows, Source } from './sources/source.js'
import type { Place, Step } from './steps/step.js'
import { type DrawAnew, memoryTable, type Table } from './table.js'

/** A column, and the steps that turn it into a field, in order. */
export interface Part {
  readonly column: string
  readonly steps: readonly Step[]
}

/** The parts of each field, by its name. Several parts are concatenated to one vector. */
export type Plans = Named<readonly Part[]>

/** Results of learning, by field, part and step; null for a step that learns nothing. */
export type Learnt = Named<readonly (readonly Json[])[]>

/** Number of the source of training samples, for steps that draw random numbers. */
export const TRAINING = 0

/** Returns the fields that result from the plans. */
export const fieldsOf = (plans: Plans, columns: Named<Column>, learnt: Learnt): Named<Field> =>
  mapped(plans, (parts, name) =>
    joinedField(parts.map((part, index) => fieldAfter(part, columns, learnt[name]![index]!))),
  )

/** The results of learning for plans whose steps learn nothing. */
export const nothingLearnt = (plans: Plans): Learnt =>
  mapped(plans, (parts) => parts.map(({ steps }) => steps.map(() => null)))

function joinedField(fields: readonly Field[]): Field {
  if (fields.length === 1) return fields[0]!
  const width = fields.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  return { shape: [width], dtype: 'float32', divisor: 1, values: 'real' }
}

function fieldAfter(part: Part, columns: Named<Column>, learnt: readonly Json[]): Field {
  const field = columnAfter(part, columns, learnt)
  if (!isField(field)) throw new Error(`internal: column "${part.column}" is not made a field`)
  return field
}

/** Returns the column after the steps of a part that have learned so far. */
const columnAfter = ({ column, steps }: Part, columns: Named<Column>, learnt: readonly Json[]): Column =>
  learnt.reduce<Column>((given, one, index) => steps[index]!.column(given, one), columns[column]!)

/** Shows the training rows, `from` to `to` (exclusive), to every step that learns, and returns the results. */
export async function learn(plans: Plans, source: Source, from: number, to: number): Promise<Learnt> {
  const learnt = mapped(plans, (parts) => parts.map((): Json[] => []))
  const all = Object.entries(plans).flatMap(([name, parts]) =>
    parts.map((part, index) => ({ part, learnt: learnt[name]![index]! })),
  )
  for (;;) {
    let waiting = all.flatMap((one) => {
      const learning = nextLearning(one.part, one.learnt, source.columns)
      return learning ? [{ ...one, learning }] : []
    })
    if (waiting.length === 0) return learnt
    while (waiting.length > 0) {
      for await (const rows of source.rows()) {
        const seen = within(rows, source.columns, from, to)
        for (const { part, learnt, learning } of waiting) {
          learning.see(applied(part, source.columns, seen, TRAINING, learnt))
        }
      }
      waiting = waiting.filter(({ learnt, learning }) => {
        const end = learning.end()
        if (end !== 'again') learnt.push(end.learnt)
        return end === 'again'
      })
    }
  }
}

/** Starts the next step of a part that must see rows; steps before it that learn nothing are passed over. */
function nextLearning(part: Part, learnt: Json[], columns: Named<Column>) {
  for (let step = part.steps[learnt.length]; step; step = part.steps[learnt.length]) {
    if (step.learning) return step.learning(columnAfter(part, columns, learnt))
    learnt.push(null)
  }
  return undefined
}

function within({ from, count, columns }: Rows, kinds: Named<Column>, first: number, last: number): Rows {
  const start = Math.min(Math.max(first, from), from + count)
  const end = Math.max(start, Math.min(last, from + count))
  return {
    from: start,
    count: end - start,
    columns: mapped(columns, (values, name) => cut(values, start - from, end - from, widthOf(kinds[name]!))),
  }
}

const widthOf = (column: Column): number => (isField(column) ? sizeOf(column.shape) : 1)

/** Applies the steps of a part that have learned so far to some rows. */
function applied(
  { column, steps }: Part,
  columns: Named<Column>,
  rows: Rows,
  source: number,
  learnt: readonly Json[],
): Values {
  const at: Place = { source, row: rows.from }
  let given = columns[column]!
  let values = rows.columns[column]!
  for (const [index, one] of learnt.entries()) {
    values = steps[index]!.apply(values, given, one, at)
    given = steps[index]!.column(given, one)
  }
  return values
}

/** Returns all rows of a source as a table in memory. `number` separates the random draws of sources. */
export async function tableOf(plans: Plans, source: Source, number: number, learnt: Learnt): Promise<Table> {
  const fields = fieldsOf(plans, source.columns, learnt)
  const pieces: Record<string, Numbers[]> = mapped(plans, () => [])
  for await (const rows of source.rows()) {
    for (const [name, parts] of Object.entries(plans)) {
      const values = parts.map(
        (part, index) => applied(part, source.columns, rows, number, learnt[name]![index]!) as Numbers,
      )
      pieces[name]!.push(sideBySide(values, rows.count, fields[name]!))
    }
  }
  const columns = mapped(pieces, (all, name) => oneAfterAnother(all, fields[name]!))
  return memoryTable(fields, columns, source.count, drawnAnew(plans, source.columns, learnt, number))
}

/** Concatenates the parts of a field row by row. */
function sideBySide(parts: readonly Numbers[], rows: number, { shape }: Field): Numbers {
  if (parts.length === 1) return parts[0]!
  const width = sizeOf(shape)
  const joined = new Float32Array(rows * width)
  let left = 0
  for (const values of parts) {
    const own = values.length / rows
    for (let row = 0; row < rows; row++) joined.set(values.subarray(row * own, (row + 1) * own), row * width + left)
    left += own
  }
  return joined
}

function oneAfterAnother(pieces: readonly Numbers[], { dtype }: Field): Numbers {
  if (pieces.length === 1) return pieces[0]!
  const whole = new ARRAYS[dtype](pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

/** Returns the functions that draw values anew, for fields of one part. */
function drawnAnew(plans: Plans, columns: Named<Column>, learnt: Learnt, number: number): Named<DrawAnew> {
  const each = Object.entries(plans).flatMap(([name, [part]]) => {
    const index = part!.steps.findIndex(({ anew }) => anew)
    if (index < 0) return []
    const given = fieldAfter(part!, columns, learnt[name]![0]!.slice(0, index))
    return [[name, part!.steps[index]!.anew!(given, number)]]
  })
  return Object.fromEntries(each)
}

const mapped = <From, To>(values: Named<From>, make: (value: From, name: string) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, make(value, name)]))
