/** Values that name categories: texts, or whole numbers. */
import type { Numbers } from '../../base/field.js'
import { type Column, isField, type Values, widthOf } from '../column.js'
import { checkEach } from './problem.js'
import type { RowOf } from './step.js'

/** A text or a whole number; null for a gap. */
export type Token = string | number | null

/** Returns a function of the place of a value. Throws a StepProblem if a number is not whole. */
export function tokensOf(values: Values, given: Column, rowOf: RowOf): (at: number) => Token {
  if (given.values === 'text') return (at) => (values as readonly (string | null)[])[at]!
  const numbers = values as Numbers | Float64Array
  const divisor = isField(given) ? given.divisor : 1
  if (isField(given)) {
    const isWhole = (stored: number) => Number.isNaN(stored) || Number.isSafeInteger(stored / divisor)
    checkEach(numbers, { width: widthOf(given), rowOf, must: 'whole numbers' }, isWhole)
  }
  return (at) => {
    const value = numbers[at]! / divisor
    return Number.isNaN(value) ? null : value
  }
}
