/** Runs steps on columns of one source. */
import { ARRAYS, type Field, type Numbers } from '../../src/base/field.js'
import { sizeOf } from '../../src/base/shape.js'
import type { Column, Values } from '../../src/data/column.js'
import { type Learnt, learn, type Plans, TRAINING, tableOf } from '../../src/data/preparation.js'
import { memorySource, type Source } from '../../src/data/sources/source.js'
import { stepOf } from '../../src/data/steps/registry.js'
import { stepSchema } from '../../src/spec/step-chain.js'
import type { ChainStep } from '../../src/spec/steps.js'
import { storedOf, X } from './data.js'
import type { KerasRows } from './keras.js'

export type GivenStep = string | ({ readonly type: string } & Readonly<Record<string, unknown>>)

/** A step with its defaults. An ImageDataGenerator has them already. */
export const resolved = (step: GivenStep): ChainStep =>
  typeof step === 'object' && step.type === 'ImageDataGenerator'
    ? (step as unknown as ChainStep)
    : stepSchema.parse(step)

/** A column and its values. */
export interface ColumnRows {
  readonly column: Column
  readonly count: number
  readonly values: Values
}

export function columnRows({ kind, shape, values }: KerasRows): ColumnRows {
  if (kind === 'text') return { column: { values: 'text' }, count: values.length, values: values as string[] }
  const numbers = values as readonly number[]
  if (kind === 'integer') {
    return { column: { values: 'integer' }, count: numbers.length, values: Float64Array.from(numbers) }
  }
  const column: Field = { shape, dtype: kind, divisor: 1, values: 'real' }
  return { column, count: numbers.length / sizeOf(shape), values: ARRAYS[kind].from(numbers) }
}

/** The rows of one column `x`, `atOnce` at a time. */
export function sourceOf({ column, count, values }: ColumnRows, atOnce = count): Source {
  const width = 'shape' in column ? sizeOf(column.shape) : 1
  return {
    ...memorySource({ x: column }, count, { x: values }),
    *rows() {
      for (let from = 0; from < count; from += atOnce) {
        const rows = Math.min(atOnce, count - from)
        yield { from, count: rows, columns: { x: values.slice(from * width, (from + rows) * width) } }
      }
    },
  }
}

export const plansOf = (steps: readonly GivenStep[], seed = 0): Plans => ({
  [X]: [{ column: 'x', steps: steps.map((step) => stepOf(resolved(step), seed)) }],
})

export interface Made {
  readonly field: Field
  readonly values: Numbers
}

/** Lets steps learn from the first rows, of all rows. */
export const learnFrom = async (
  steps: readonly GivenStep[],
  rows: ColumnRows,
  { training = rows.count, atOnce }: { readonly training?: number; readonly atOnce?: number | undefined } = {},
): Promise<Learnt> => learn(plansOf(steps), sourceOf(rows, atOnce), { from: 0, to: training })

/** Applies steps to rows. */
export async function make(
  steps: readonly GivenStep[],
  rows: ColumnRows,
  learnt: Learnt,
  atOnce?: number,
): Promise<Made> {
  const table = await tableOf(plansOf(steps), sourceOf(rows, atOnce), TRAINING, learnt)
  return { field: table.fields[X]!, values: storedOf(table).x }
}

/** How far results may be from those of Keras, which computes in float32. */
export const AS_KERAS = { relative: 1e-5, absolute: 1e-5 }
