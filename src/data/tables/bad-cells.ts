/** Words for cells that do not have the type of their column. */
import { type Issue, UserError } from '../../base/issue.js'
import type { Cell, ColumnType } from '../sources/raw-table.js'
import { isNotFinite, numberIn } from './number-text.js'
import { isShort, quoted } from './quoted.js'

/** Limit on the cells that a message lists. */
export const MOST_CELLS = 20

/** Limit on the texts that the remedy lists. */
const MOST_WORDS = 5

export interface BadCell extends Cell {
  readonly column: string
  /** The type that it should have. */
  readonly type: ColumnType
  /** True for text that is a number, also NaN, infinite or too large. */
  readonly isNumber: boolean
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
    (cell): Issue => ({
      code: 'cell',
      source: cell.file,
      pointer: '',
      message: `row ${cell.row}, column ${quoted(cell.column)}: ${misfit(cell)}`,
    }),
  )
  const words = [...new Set(cells.filter(isWord).map(({ value }) => value))]
  const list = [...words.slice(0, MOST_WORDS).map(quoted), ...(words.length > MOST_WORDS ? ['...'] : [])].join(', ')
  const remedy = words.length > 0 ? `; if they mean gaps, set "missing_values": [${list}]` : ''
  return new UserError(`${cells[0]!.file} has values that do not fit their columns${remedy}`, issues)
}

/** Says what a cell holds and should hold. */
export const misfit = (cell: Pick<BadCell, 'type' | 'isNumber' | 'value'>): string =>
  `found ${quoted(cell.value)}, must be ${wordsOf(cell)}`

/** True for a value that can be a sign for a gap. */
const isWord = ({ isNumber, value }: BadCell): boolean => (!isNumber || isNotFinite(value)) && isShort(value)

function wordsOf({ type, isNumber, value }: Pick<BadCell, 'type' | 'isNumber' | 'value'>): string {
  if (type === 'text') return 'below 2^53, or between quotes'
  if (type === 'integer') return Number.isInteger(numberIn(value)) ? 'a whole number below 2^53' : 'a whole number'
  return isNumber ? 'a finite number of 32 bits' : 'a number'
}
