/** Makes fields from the columns of a source, by steps that learn from training rows only. */
import { ARRAYS, type Field, type Named, type Numbers } from '../base/field.js'
import { UserError } from '../base/issue.js'
import type { Json } from '../base/json.js'
import { Room } from '../base/room.js'
import { sizeOf } from '../base/shape.js'
import type { ChainStep } from '../spec/steps.js'
import type { Augmented } from './augment/recipe.js'
import { type Column, cut, isField, picked, type Values, widthOf } from './column.js'
import { type Crossing, drawnParts, joinedField, sideBySide } from './join.js'
import { inPieces, type Rows, type Source } from './sources/source.js'
import { StepProblem } from './steps/problem.js'
import type { Place, Step } from './steps/step.js'
import { type DrawAnew, memoryTable, type RowSet, roomFor, type Table } from './table.js'

/** A column, and the steps that turn it into a field, in order. */
export interface Chain {
  readonly column: string
  readonly steps: readonly Step[]
  /** The last of these steps, as the spec has them; without them, none is in a spec. */
  readonly specs?: readonly ChainStep[]
  /** How training rows are augmented; these steps are then those of validation and test. */
  readonly augmented?: Augmented
}

/** Several chains, and how their fields become one. */
export interface Crossed {
  readonly chains: readonly Chain[]
  readonly crossing: Crossing
}

export type Part = Chain | Crossed

/** The parts of each field, by its name. Several parts are concatenated to one vector. */
export type Plans = Named<readonly Part[]>

/** Results of learning, by field, chain and step; null for a step that learns nothing. */
export type Learnt = Named<readonly (readonly Json[])[]>

/** Numbers of the sources of samples, for steps that draw random numbers. */
export const TRAINING = 0
export const TEST = 1
export const VALIDATION = 2

/** Returns the fields that result from the plans. */
export const fieldsOf = (plans: Plans, columns: Named<Column>, learnt: Learnt): Named<Field> =>
  mapped(plans, (parts, name) => joinedField(fieldsOfParts(parts, columns, learnt[name]!)))

/** The results of learning for plans whose steps learn nothing. */
export const nothingLearnt = (plans: Plans): Learnt =>
  mapped(plans, (parts) => parts.flatMap(chainsOf).map(({ steps }) => steps.map(() => null)))

const chainsOf = (part: Part): readonly Chain[] => ('chains' in part ? part.chains : [part])

/** Makes one value for each part from the values of its chains. */
function ofParts<Value>(parts: readonly Part[], values: readonly Value[], cross: CrossValues<Value>): Value[] {
  let at = 0
  return parts.map((part) => {
    const own = values.slice(at, at + chainsOf(part).length)
    at += own.length
    return 'chains' in part ? cross(part, own) : own[0]!
  })
}

type CrossValues<Value> = (part: Crossed, values: readonly Value[]) => Value

const fieldsOfParts = (parts: readonly Part[], columns: Named<Column>, learnt: Learnt[string]): Field[] =>
  ofParts(
    parts,
    parts.flatMap(chainsOf).map((chain, index) => fieldAfter(chain, columns, learnt[index]!)),
    ({ crossing }) => crossing.field,
  )

function fieldAfter(chain: Chain, columns: Named<Column>, learnt: readonly Json[]): Field {
  const field = columnAfter(chain, columns, learnt)
  if (!isField(field)) throw new Error(`internal: column "${chain.column}" is not made a field`)
  return field
}

/** Returns the column after the steps of a chain that have learned so far. */
const columnAfter = ({ column, steps }: Chain, columns: Named<Column>, learnt: readonly Json[]): Column =>
  inColumn(column, () =>
    learnt.reduce<Column>((given, one, index) => steps[index]!.column(given, one), columns[column]!),
  )

/** Runs steps. A StepProblem becomes a UserError that names the column. */
function inColumn<Result>(column: string, run: () => Result): Result {
  try {
    return run()
  } catch (error) {
    throw ofColumn(column, error)
  }
}

/** The same for work that may take its time. */
async function awaitedIn<Result>(column: string, run: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await run()
  } catch (error) {
    throw ofColumn(column, error)
  }
}

const ofColumn = (column: string, error: unknown): unknown =>
  error instanceof StepProblem ? new UserError(`column ${JSON.stringify(column)}: ${error.message}`) : error

/** Shows the training rows to every step that learns, and returns the results. */
export async function learn(plans: Plans, source: Source, training: RowSet): Promise<Learnt> {
  const learnt = mapped(plans, (parts) => parts.flatMap(chainsOf).map((): Json[] => []))
  const chains = Object.entries(plans).flatMap(([name, parts]) =>
    parts.flatMap(chainsOf).map((chain, index) => ({ chain, learnt: learnt[name]![index]! })),
  )
  const all = chains.map((one, number) => ({ ...one, at: { source: TRAINING, chain: number, room: new Room() } }))
  for (;;) {
    let waiting = all.flatMap((one) => {
      const next = nextLearning(one.chain, one.learnt, source.columns)
      return next ? [{ ...one, ...next }] : []
    })
    if (waiting.length === 0) return learnt
    await Promise.all(waiting.map(({ chain, learning }) => awaitedIn(chain.column, () => learning.begin?.())))
    while (waiting.length > 0) {
      const seeing = waiting.filter(({ learning }) => learning.see)
      const needed = [...new Set(seeing.map(({ chain }) => chain.column))]
      const room = new Room()
      for await (const rows of needed.length > 0 ? source.rows(needed) : []) {
        const seen = within(rows, training)
        for (const { chain, learnt, learning, width, at } of seeing) {
          const values = applied(chain, source.columns, rows, at, learnt)
          inColumn(chain.column, () => learning.see!(seen.take(values, width, room), seen.rowOf))
        }
      }
      const ends = await Promise.all(
        waiting.map(({ chain, learning }) => awaitedIn(chain.column, () => learning.end())),
      )
      for (const [index, end] of ends.entries()) if (end !== 'again') waiting[index]!.learnt.push(end.learnt)
      waiting = waiting.filter((_, index) => ends[index] === 'again')
    }
  }
}

/** Starts the next step of a chain that must see rows; steps before it that learn nothing are passed over. */
function nextLearning(chain: Chain, learnt: Json[], columns: Named<Column>) {
  for (let step = chain.steps[learnt.length]; step; step = chain.steps[learnt.length]) {
    if (step.learning) {
      const given = columnAfter(chain, columns, learnt)
      return { learning: inColumn(chain.column, () => step!.learning!(given)), width: widthOf(given) }
    }
    learnt.push(null)
  }
  return undefined
}

/** Returns how to take the rows of a chunk that are in a set, in memory of their own or in a room, and their numbers in the source. */
export function within({ from, count }: Pick<Rows, 'from' | 'count'>, set: RowSet) {
  if (set instanceof Uint32Array) {
    const own = rowsIn(set, from, count)
    const places = own.map((row) => row - from)
    return {
      count: own.length,
      take: (values: Values, width: number, room?: Room) => picked(values, places, width, room),
      rowOf: (index: number) => own[index]!,
    }
  }
  const start = Math.min(Math.max(set.from, from), from + count)
  const end = Math.max(start, Math.min(set.to, from + count))
  return {
    count: end - start,
    take: (values: Values, width: number) => cut(values, start - from, end - from, width),
    rowOf: (index: number) => start + index,
  }
}

/** Returns those of a sorted list of row numbers that are among `count` rows from `from` on. */
export const rowsIn = (sorted: Uint32Array, from: number, count: number): Uint32Array =>
  sorted.subarray(firstFrom(sorted, from), firstFrom(sorted, from + count))

/** Returns the index of the first number of a sorted list that is at least `least`. */
function firstFrom(sorted: Uint32Array, least: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < least) low = middle + 1
    else high = middle
  }
  return low
}

/** Applies the steps of a chain that have learned so far to some rows. */
function applied(
  { column, steps }: Chain,
  columns: Named<Column>,
  rows: Rows,
  at: Omit<Place, 'row'>,
  learnt: readonly Json[],
): Values {
  return inColumn(column, () => {
    let given = columns[column]!
    let values = rows.columns[column]!
    for (const [index, one] of learnt.entries()) {
      values = steps[index]!.apply(values, given, one, { ...at, row: rows.from })
      given = steps[index]!.column(given, one)
    }
    return values
  })
}

/** Consecutive rows after all steps, as one array per field. */
export interface PreparedRows {
  /** Number of the first one in the source, from 0. */
  readonly from: number
  readonly count: number
  readonly fields: Named<Numbers>
}

/**
 * Yields all rows of a source, in order, after all steps. Their arrays last until the next rows are asked for. `number`
 * separates the random draws of sources.
 */
export async function* prepared(
  plans: Plans,
  { columns, rows }: Pick<Source, 'columns' | 'rows'>,
  number: number,
  learnt: Learnt,
): AsyncGenerator<PreparedRows> {
  const { most, prepare } = preparing(plans, columns, number, learnt)
  for await (const many of rows()) for (const some of inPieces(many, columns, most)) yield prepare(some)
}

/** How rows go through all steps: the fields that result, the rows that are prepared at once, and the work on some rows. */
export interface Preparing {
  readonly fields: Named<Field>
  readonly most: number
  prepare(rows: Rows): PreparedRows
}

export function preparing(plans: Plans, columns: Named<Column>, number: number, learnt: Learnt): Preparing {
  const fields = fieldsOf(plans, columns, learnt)
  const first = firstChains(plans)
  const each = Object.entries(plans).map(([name, parts]) => ({
    name,
    parts,
    chains: parts.flatMap(chainsOf).map((chain, index) => ({
      chain,
      learnt: learnt[name]![index]!,
      at: { source: number, chain: first[name]! + index, room: new Room() },
    })),
    room: new Room(),
    fields: fieldsOfParts(parts, columns, learnt[name]!),
  }))
  const width = Object.values(fields).reduce((sum, field) => sum + bytesPerRow(field), 0)
  return {
    fields,
    most: Math.max(1, Math.floor(BYTES_AT_ONCE / width)),
    prepare(rows) {
      const made = each.map(({ name, parts, chains, room, fields: own }): [string, Numbers] => {
        const values = chains.map(({ chain, at, learnt }) => applied(chain, columns, rows, at, learnt) as Numbers)
        const joined = ofParts(parts, values, ({ crossing }, crossed) => crossing.apply(crossed))
        return [name, sideBySide(joined, own, rows.count, fields[name]!, room)]
      })
      return { from: rows.from, count: rows.count, fields: Object.fromEntries(made) }
    },
  }
}

/** Bytes that are prepared at once: a short text can become a long vector. */
const BYTES_AT_ONCE = 2 ** 26

const bytesPerRow = ({ shape, dtype }: Field): number => sizeOf(shape) * ARRAYS[dtype].BYTES_PER_ELEMENT

/** Returns all rows of a source as a table in memory. */
export async function tableOf(plans: Plans, source: Source, number: number, learnt: Learnt): Promise<Table> {
  const { columns, count } = source
  const fields = fieldsOf(plans, columns, learnt)
  let whole: Named<Numbers> | null = count === 0 ? roomFor(fields, 0) : null
  for await (const rows of prepared(plans, source, number, learnt)) {
    if (rows.count === count) whole = rows.fields
    else {
      whole ??= roomFor(fields, count)
      for (const [name, values] of Object.entries(rows.fields)) {
        whole[name]!.set(values, rows.from * sizeOf(fields[name]!.shape))
      }
    }
  }
  return memoryTable(fields, whole!, count, drawnAnew(plans, columns, learnt, number))
}

/** The number of the first chain of each field, among all chains. */
export function firstChains(plans: Plans): Named<number> {
  let next = 0
  return mapped(plans, (parts) => {
    const first = next
    next += parts.flatMap(chainsOf).length
    return first
  })
}

/** Returns the functions that draw values anew, by field. */
export function drawnAnew(plans: Plans, columns: Named<Column>, learnt: Learnt, source: number): Named<DrawAnew> {
  const first = firstChains(plans)
  const each = Object.entries(plans).flatMap(([name, parts]) => {
    const draws = ofParts<DrawAnew | null>(
      parts,
      parts.flatMap(chainsOf).map((chain, index) => {
        const step = chain.steps.findIndex(({ anew }) => anew)
        if (step < 0) return null
        const given = fieldAfter(chain, columns, learnt[name]![index]!.slice(0, step))
        // concatenated values have no divisor
        const stored = parts.length === 1 ? given : { ...given, divisor: 1 }
        return chain.steps[step]!.anew!(stored, { source, chain: first[name]! + index })
      }),
      () => null,
    )
    if (draws.every((draw) => draw === null)) return []
    return [[name, draws.length === 1 ? draws[0]! : drawnParts(draws, fieldsOfParts(parts, columns, learnt[name]!))]]
  })
  return Object.fromEntries(each)
}

const mapped = <From, To>(values: Named<From>, make: (value: From, name: string) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, make(value, name)]))
