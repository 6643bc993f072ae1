/**
 * Turns numbers of categories into what a model gets (keras/src/utils/numerical_utils.py,
 * `encode_categorical_inputs`).
 */
import type { Field, Numbers } from '../../base/field.js'
import type { Shape } from '../../base/shape.js'
import type { StepOf } from '../../spec/steps.js'
import { MOST_COLUMNS } from '../../spec/whole.js'
import { type Column, isField } from '../column.js'
import { realField } from './numbers.js'
import { StepProblem } from './problem.js'

export type OutputMode = StepOf<'StringLookup'>['output_mode']

/** The number of a value that counts for no category: it is left out of vectors. */
export const DROPPED = -1

/** How numbers of `depth` categories are given to a model. `weights` multiply counts. */
export interface Encoding {
  readonly mode: OutputMode
  readonly depth: number
  readonly weights?: readonly number[]
}

/** A column of texts or whole numbers has rows of one. */
const shapeOf = (column: Column): Shape => (isField(column) ? column.shape : [1])

/** Returns the field of encoded numbers. Throws a StepProblem for a shape that the mode cannot take. */
export function encodedField(given: Column, { mode, depth }: Encoding): Field {
  const shape = shapeOf(given)
  if (mode !== 'int' && depth > MOST_COLUMNS) {
    const [found, most] = [depth, MOST_COLUMNS].map((count) => count.toLocaleString('en'))
    throw new StepProblem(
      `found ${found} categories, must be at most ${most} for output_mode "${mode}"; "max_tokens" keeps the most frequent, a hash joins them to few places, and output_mode "int" is for an Embedding`,
    )
  }
  switch (mode) {
    case 'int':
      return { shape, dtype: 'int32', divisor: 1, values: 'class', classes: depth }
    case 'one_hot':
      return { shape: [...(shape.at(-1) === 1 ? shape.slice(0, -1) : shape), depth], ...ONES }
    default:
      if (shape.length > 1) {
        throw new StepProblem(`found rows with ${shape.length} axes, but output_mode "${mode}" takes vectors`)
      }
      return mode === 'multi_hot' ? { shape: [depth], ...ONES } : realField([depth])
  }
}

const ONES = { dtype: 'uint8', divisor: 1, values: 'binary' } as const

/** Encodes the numbers of some rows. */
export function encoded(numbers: Int32Array, given: Column, encoding: Encoding): Numbers {
  const { mode, depth, weights } = encoding
  if (mode === 'int') return numbers
  // a vector for each value, or for all values of a row
  const together = mode === 'one_hot' ? 1 : (shapeOf(given)[0] ?? 1)
  const made = new (mode === 'count' || mode === 'tf_idf' ? Float32Array : Uint8Array)(
    (numbers.length / together) * depth,
  )
  for (const [at, number] of numbers.entries()) {
    if (number === DROPPED) continue
    const place = Math.floor(at / together) * depth + number
    if (mode === 'one_hot' || mode === 'multi_hot') made[place] = 1
    else made[place]! += weights ? weights[number]! : 1
  }
  return made
}
