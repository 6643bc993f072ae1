/** Columns of text that are read as other types, cell by cell, so that a row with a bad cell does not end the reading. */
import type { Values } from '../column.js'
import type { ColumnType, NumberStyle } from '../sources/raw-table.js'
import { fits, misfit } from '../tables/bad-cells.js'
import { isNotFinite, numberIn } from '../tables/number-text.js'

/** How numbers are written that no CSV file holds. */
export const PLAIN_NUMBERS: NumberStyle = { decimal: '.', thousands: null }

/** Reads texts as a type. `refuse` hears the place of each that does not fit, from 0, and the problem. */
export function typedTexts(
  texts: readonly (string | null)[],
  type: ColumnType,
  style: NumberStyle,
  refuse: (at: number, problem: string) => void,
): Values {
  if (type === 'text') return texts
  const numbers = type === 'number' ? new Float32Array(texts.length) : new Float64Array(texts.length)
  for (let at = 0; at < texts.length; at++) {
    const text = texts[at]!
    if (text === null) {
      numbers[at] = Number.NaN
      continue
    }
    const plain = plainNumber(text, style)
    const number = numberIn(plain)
    numbers[at] = number
    if (Number.isNaN(number) || !fits(number, type)) {
      refuse(at, misfit({ type, value: text, isNumber: !Number.isNaN(number) || isNotFinite(plain) }))
    }
  }
  return numbers
}

/** A point that is neither before a fraction nor between thousands is no part of a number. */
function plainNumber(text: string, { decimal, thousands }: NumberStyle): string {
  const joined = thousands === null ? text : text.replaceAll(thousands, '')
  return decimal === '.' ? joined : joined.replaceAll('.', '!').replaceAll(',', '.')
}
