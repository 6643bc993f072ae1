/** Makes values of a column from the elements of an array. */
import type { Numbers } from '../../base/field.js'
import type { Values } from '../column.js'
import { NUMBER } from '../csv.js'
import type { ColumnType } from '../sources/raw-table.js'
import { type FactsSoFar, see } from '../tables/facts.js'
import type { BadCells } from './cells.js'
import { doublesOf, type Elements, floatsOf, type NumericArray, type Texts } from './element.js'

/** Some rows of a column. */
export interface ColumnRows {
  readonly column: string
  readonly file: string
  /** How many rows of the file come before these. */
  readonly from: number
  readonly elements: Elements
}

const FINITE = 'a finite number of 32 bits'
const WHOLE = 'a whole number of at most 2^53'
const TEXT = 'text in UTF-8, or in UTF-32 for type U'

/** Returns the rows as a type. Counts values that do not have it as bad. */
export function valuesAs(type: ColumnType, rows: ColumnRows, bad: BadCells): Values {
  const { elements } = rows
  const refuse = (index: number, found: string, must: string) =>
    bad.add({ ...rows, row: rows.from + index + 1, found, must })
  if (type === 'text') {
    return texts(elements).map((text, index) => {
      if (text === undefined) refuse(index, NO_TEXT, TEXT)
      return text ?? null
    })
  }
  const must = type === 'number' ? FINITE : WHOLE
  const given = isTexts(elements) ? parsed(elements) : elements
  const values = type === 'number' ? floatsOf(given) : doublesOf(given)
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!
    const isGap = Number.isNaN(value) && !(isTexts(elements) && elements[index] !== null)
    const isFine = isGap || (type === 'number' ? Number.isFinite(value) : Number.isSafeInteger(value))
    if (!isFine) refuse(index, shown(elements, index), must)
  }
  return values
}

/** Returns the rows as a field, with `width` elements each: uint8 as it is, any other number as float32. */
export function fieldValues(rows: ColumnRows, width: number, bad: BadCells): Numbers {
  const elements = rows.elements as NumericArray
  if (elements instanceof Uint8Array) return elements
  const values = floatsOf(elements)
  for (let at = 0; at < values.length; at++) {
    if (Number.isFinite(values[at])) continue
    const row = rows.from + Math.floor(at / width) + 1
    const element = `element ${(at % width) + 1} of ${width}`
    bad.add({ ...rows, row, element, found: shown(elements, at), must: FINITE })
  }
  return values
}

/** The values as text: null for a gap, undefined for bytes that are no text. */
export const texts = (elements: Elements): Texts =>
  isTexts(elements)
    ? elements
    : Array.from(elements as ArrayLike<number | bigint>, (value) => (Number.isNaN(value) ? null : String(value)))

const isTexts = (elements: Elements): elements is Texts => Array.isArray(elements)

const parsed = (elements: Texts): Float64Array =>
  Float64Array.from(elements, (text) => (text != null && NUMBER.test(text.trim()) ? Number(text) : Number.NaN))

const NO_TEXT = 'bytes that are no text'

const shown = (elements: Elements, index: number): string =>
  isTexts(elements)
    ? elements[index] === undefined
      ? NO_TEXT
      : JSON.stringify(elements[index])
    : String(elements[index])

/** Counts some rows of a column among its facts. */
export function seeRows(facts: FactsSoFar, { elements, file, from }: ColumnRows): void {
  const isWhole = !isTexts(elements) && !(elements instanceof Float32Array || elements instanceof Float64Array)
  if (isWhole) {
    facts.numbers += elements.length
    return
  }
  const numbers = isTexts(elements) ? parsed(elements) : elements
  for (let index = 0; index < numbers.length; index++) {
    const number = numbers[index]!
    const isGap = isTexts(elements) ? elements[index] === null : Number.isNaN(number)
    if (!see(facts, number, isGap)) continue
    const value = isTexts(elements) ? (elements[index] ?? NO_TEXT) : String(number)
    facts.firstNotNumber = { file, row: from + index + 1, value }
  }
}
