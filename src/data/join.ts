/** Makes one field of several: lays them side by side in a vector, or crosses them. */
import { ARRAYS, type Field, type Numbers, type ValueKind } from '../base/field.js'
import { sizeOf } from '../base/shape.js'
import type { DrawAnew } from './table.js'

/** Makes one field of the fields of several columns. */
export interface Crossing {
  readonly field: Field
  apply(values: readonly Numbers[]): Numbers
}

/** The field of the values of several fields side by side. Bytes stay bytes if all have the same meaning. */
export function joinedField(fields: readonly Field[]): Field {
  const [first] = fields
  if (fields.length === 1) return first!
  const shape = [fields.reduce((width, field) => width + sizeOf(field.shape), 0)]
  const values = meaningOf(fields.map((field) => field.values))
  return fields.every(({ dtype, divisor }) => dtype === 'uint8' && divisor === first!.divisor)
    ? { shape, dtype: 'uint8', divisor: first!.divisor, values }
    : { shape, dtype: 'float32', divisor: 1, values }
}

/** Kinds of values, each of which includes those before it. */
const RISING = ['binary', 'probability', 'grey'] as const satisfies readonly ValueKind[]

function meaningOf(kinds: readonly ValueKind[]): ValueKind {
  const ranks = kinds.map((kind) => (RISING as readonly ValueKind[]).indexOf(kind))
  return ranks.includes(-1) ? 'real' : RISING[Math.max(...ranks)]!
}

/** Lays the values of fields side by side, row by row. */
export function sideBySide(parts: readonly Numbers[], fields: readonly Field[], rows: number, joined: Field): Numbers {
  if (parts.length === 1) return parts[0]!
  const width = sizeOf(joined.shape)
  const made = new ARRAYS[joined.dtype](rows * width)
  let left = 0
  for (const [index, values] of parts.entries()) {
    const { shape, divisor } = fields[index]!
    const own = sizeOf(shape)
    for (let row = 0, at = 0; row < rows; row++) {
      for (let to = row * width + left, end = to + own; to < end; to++, at++)
        made[to] = (values[at]! * joined.divisor) / divisor
    }
    left += own
  }
  return made
}

/** Draws the values of fields that lie side by side, of which only some have a function; the others are copied. */
export function drawnParts(draws: readonly (DrawAnew | null)[], fields: readonly Field[]): DrawAnew {
  const widths = fields.map(({ shape }) => sizeOf(shape))
  return (stored, from, _count, at, into, to) => {
    let left = 0
    for (const [index, draw] of draws.entries()) {
      const width = widths[index]!
      const start = from + left
      if (draw) draw(stored, start, width, { ...at, first: at.first + left }, into, to + left)
      else into.set(stored.subarray(start, start + width), to + left)
      left += width
    }
  }
}
