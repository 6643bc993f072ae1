/** A column of a source, or the result of a step: a field, or values that further steps turn into a field. */
import type { Field, Numbers } from '../base/field.js'
import { Room } from '../base/room.js'
import { sizeOf } from '../base/shape.js'

/** `text`: strings. `integer`: whole numbers, exact to 2^53, that may be too large for float32, such as identifiers. */
export type Column = Field | { readonly values: 'text' } | { readonly values: 'integer' }

/** Values of some rows. A gap is null among strings and NaN among whole numbers and float32. */
export type Values = Numbers | Float64Array | readonly (string | null)[]

/** The field of a column with one number per row. */
export const numberField: Field = { shape: [], dtype: 'float32', divisor: 1, values: 'real' }

/** True if a column is a field already. */
export const isField = (column: Column): column is Field => column.values !== 'text' && column.values !== 'integer'

/** Number of values in each row of a column. */
export const widthOf = (column: Column): number => (isField(column) ? sizeOf(column.shape) : 1)

/** Returns rows `from` to `to` (exclusive) of a column with `width` values per row. */
export const cut = (values: Values, from: number, to: number, width: number): Values =>
  Array.isArray(values)
    ? values.slice(from * width, to * width)
    : (values as Numbers).subarray(from * width, to * width)

/** Returns these rows of a column with `width` values per row; numbers lie in `room`. */
export function picked(values: Values, rows: Uint32Array, width: number, room = new Room()): Values {
  if (Array.isArray(values)) return Array.from(rows, (row) => values[row])
  const given = values as Numbers
  const count = rows.length * width
  const found = room.array(given.constructor as typeof Float32Array, count)
  if (width === 1) {
    for (let index = 0; index < count; index++) found[index] = given[rows[index]!]!
    return found
  }
  for (let index = 0; index < rows.length; index++) {
    for (let at = 0; at < width; at++) found[index * width + at] = given[rows[index]! * width + at]!
  }
  return found
}
