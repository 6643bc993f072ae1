/** Lays out text in columns, cuts it off, and wraps it to a width. */
import { stripVTControlCharacters } from 'node:util'
import { visible } from '../base/visible.js'

/** Maximum width of a report, in columns. */
export const REPORT_WIDTH = 100

const GAP = '  '

/**
 * Lays out rows in columns. `alignment` has a letter per column: `l` for left, `r` for right. A row may have fewer
 * cells.
 */
export function tableLines(rows: readonly (readonly string[])[], alignment: string): string[] {
  const columns = [...alignment]
  const lengthOf = (cell = '') => stripVTControlCharacters(cell).length
  const widths = columns.map((_, column) => Math.max(0, ...rows.map((row) => lengthOf(row[column]))))
  return rows.map((row) =>
    columns
      .map((side, column) => {
        const cell = row[column] ?? ''
        const room = ' '.repeat(widths[column]! - lengthOf(cell))
        return side === 'r' ? room + cell : cell + room
      })
      .join(GAP)
      .trimEnd(),
  )
}

/** Text of other people in a cell: visible, and at most `most` characters. */
export function cut(text: string, most: number): string {
  const safe = visible(text)
  return safe.length > most ? `${safe.slice(0, most - 3)}...` : safe
}

/** A command in backticks counts as one word, so that it can be copied. */
const WORDS = /(?:`[^`]*`|[^ ])+/g

/**
 * Breaks text between words; every line begins with the indentation. A word longer than a line, such as a path, stays
 * whole.
 */
export function wrapped(text: string, indentation = '', width = REPORT_WIDTH): string[] {
  const lines: string[] = []
  for (const word of text.match(WORDS) ?? ['']) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(indentation + word)
  }
  return lines
}
