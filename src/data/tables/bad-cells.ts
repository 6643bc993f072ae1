/** Words for cells that do not have the type of their column. */
import { type Issue, UserError } from '../../base/issue.js'
import type { Cell, ColumnType } from '../sources/raw-table.js'
import { isNotFinite, numberIn } from './number-text.js'
import { LONGEST_VALUE, quoted } from './quoted.js'

/** Limit on the cells that a message lists. */
export const MOST_CELLS = 20

/** Limit on the texts that the remedy lists. */
const MOST_WORDS = 5

export interface BadCell extends Cell {
  readonly column: string
  readonly type: ColumnType
}

/** True if a value that is no gap has a type. A number of a JSON file that is no text as it was written is not one. */
export function fits(value: number | string, type: ColumnType): boolean {
  const number = typeof value === 'number' ? value : numberIn(value)
  if (type === 'text') return typeof value === 'string' || Number.isSafeInteger(value) || !Number.isInteger(value)
  return type === 'integer' ? Number.isSafeInteger(number) : Number.isFinite(Math.fround(number))
}

/** The error that lists at least one cell of a file, and the `missing_values` that would make gaps of those that are no numbers. */
export function badCells(cells: readonly BadCell[]): UserError {
  const issues = cells.map(
    ({ file, row, column, type, value }): Issue => ({
      code: 'cell',
      source: file,
      pointer: '',
      message: `row ${row}, column ${quoted(column)}: found ${quoted(value)}, must be ${wordsOf(value, type)}`,
    }),
  )
  const words = [...new Set(cells.map(({ value }) => value).filter(isWord))]
  const list = [...words.slice(0, MOST_WORDS).map(quoted), ...(words.length > MOST_WORDS ? ['...'] : [])].join(', ')
  const remedy = words.length > 0 ? `; if they mean gaps, set "missing_values": [${list}]` : ''
  return new UserError(`${cells[0]!.file} has values that do not fit their columns${remedy}`, issues)
}

const wordsOf = (value: string, type: BadCell['type']): string => {
  const number = numberIn(value)
  if (type === 'text') return 'below 2^53, or between quotes'
  if (type === 'integer') return Number.isInteger(number) ? 'a whole number below 2^53' : 'a whole number'
  const isNumber = !Number.isNaN(number) || isNotFinite(value)
  return isNumber ? 'a finite number of 32 bits' : 'a number'
}

/** True for text that is no finite number, and short enough to be a sign for a gap. */
const isWord = (value: string): boolean => value.length <= LONGEST_VALUE && !Number.isFinite(numberIn(value))
