/** Makes one field of several: lays them side by side in a vector, or crosses them. */
import { ARRAYS, type Field, type Numbers, type ValueKind } from '../base/field.js'
import { Room } from '../base/room.js'
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

/** Rows whose values are laid side by side at a time, so that they stay in the cache of the processor. */
const ROWS_AT_ONCE = 1024

/** Lays the values of fields side by side, row by row, in `room`. */
export function sideBySide(
  parts: readonly Numbers[],
  fields: readonly Field[],
  rows: number,
  joined: Field,
  room = new Room(),
): Numbers {
  if (parts.length === 1) return parts[0]!
  const width = sizeOf(joined.shape)
  const made = room.array<Numbers>(ARRAYS[joined.dtype], rows * width)
  let end = 0
  const each = fields.map(({ shape, divisor }, index) => {
    const own = sizeOf(shape)
    end += own
    return { values: parts[index]!, own, left: end - own, divisor }
  })
  for (let first = 0; first < rows; first += ROWS_AT_ONCE) {
    const last = Math.min(first + ROWS_AT_ONCE, rows)
    for (const { values, own, left, divisor } of each) {
      if (own === 1 && divisor === joined.divisor) {
        for (let row = first, to = row * width + left; row < last; row++, to += width) made[to] = values[row]!
        continue
      }
      for (let row = first, at = row * own; row < last; row++) {
        for (let to = row * width + left, end = to + own; to < end; to++, at++)
          made[to] = (values[at]! * joined.divisor) / divisor
      }
    }
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
