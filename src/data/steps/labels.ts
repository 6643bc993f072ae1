/** Steps of targets: names become class numbers. */
import { classField } from '../../base/field.js'
import { type Values, widthOf } from '../column.js'
import type { Step } from './step.js'

/** Each value becomes its place in the list of classes. */
export function classNumbers(names: readonly string[]): Step<null> {
  const numbers = placesOf(names)
  return {
    column: () => classField(names.length),
    apply: (values) => Int32Array.from({ length: values.length }, (_, row) => numbers.get(labelText(values[row]!))!),
  }
}

/** Each value, a list of names with a separator between them, becomes a vector with a 1 for each name. */
export function multiHot(names: readonly string[], separator: string): Step<null> {
  const numbers = placesOf(names)
  return {
    column: () => ({ shape: [names.length], dtype: 'uint8', divisor: 1, values: 'binary' }),
    apply(values: Values) {
      const ones = new Uint8Array(values.length * names.length)
      for (let row = 0; row < values.length; row++) {
        for (const name of namesIn(labelText(values[row]!), separator))
          ones[row * names.length + numbers.get(name)!] = 1
      }
      return ones
    },
  }
}

/** The settings of sequences of classes. */
export interface Sequences {
  readonly names: readonly string[]
  /** The text between names; undefined if each character is one. */
  readonly separator: string | undefined
  /** Most classes in a sequence. */
  readonly length: number
  /** Steps of an output that the longest needs. */
  readonly steps: number
}

/** Each value, a sequence of names, becomes the numbers of its classes, from 1, with 0 after them. */
export function classSequences({ names, separator, length, steps }: Sequences): Step<null> {
  const numbers = placesOf(names)
  return {
    column: () => ({ ...classField(names.length + 1), shape: [length], sequenceSteps: steps }),
    apply(values: Values, given) {
      const width = widthOf(given)
      const made = new Int32Array((values.length / width) * length)
      for (let row = 0; row < values.length / width; row++) {
        for (const [at, name] of sequenceIn(values, row, width, separator).entries())
          made[row * length + at] = numbers.get(name)! + 1
      }
      return made
    },
  }
}

/** Each value, which says yes or no, becomes 1 or 0. */
export const flags: Step<null> = {
  column: () => ({ shape: [1], dtype: 'uint8', divisor: 1, values: 'binary' }),
  apply: (values) => Uint8Array.from({ length: values.length }, (_, row) => flagOf(values[row]!)!),
}

/** Returns 1 or 0 for a value that says yes or no; undefined for any other. */
export const flagOf = (value: string | number): number | undefined => FLAGS.get(labelText(value).toLowerCase())

const FLAGS: ReadonlyMap<string, number> = new Map([
  ['0', 0],
  ['false', 0],
  ['1', 1],
  ['true', 1],
])

const placesOf = (names: readonly string[]) => new Map(names.map((name, index) => [name, index]))

/** The name of a class: a text, or a number as text. Whole numbers have no fraction, so that 1 and 1.0 are one class. */
export const labelText = (value: string | number): string => String(value).replace(/^(-?\d+)\.0+$/, '$1')

/**
 * The names of a sequence: those in a text, its characters if there is no separator, or of an array of numbers each
 * number but 0.
 */
export function sequenceIn(values: Values, row: number, width: number, separator: string | undefined): string[] {
  if (width > 1) {
    return Array.from({ length: width }, (_, at) => labelText(values[row * width + at]!)).filter((name) => name !== '0')
  }
  const text = labelText(values[row]!)
  return separator === undefined ? Array.from(text) : namesIn(text, separator)
}

/** The names in a text, without empty ones. */
export const namesIn = (text: string, separator: string): string[] =>
  text
    .split(separator)
    .map((name) => name.trim())
    .filter((name) => name !== '')
