/** Text in columns, and text within a window. */
import { stripVTControlCharacters } from 'node:util'

/** Reports are no wider. */
export const REPORT_WIDTH = 100

const GAP = '  '

/** One letter a column: `l` for the left, `r` for the right. A row may be shorter. */
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

/** A command in backticks is one: it is there to be copied. */
const WORDS = /(?:`[^`]*`|[^ ])+/g

/** Breaks text between words; every line begins with the indentation. What is one word, such as a path, stays whole. */
export function wrapped(text: string, indentation = '', width = REPORT_WIDTH): string[] {
  const lines: string[] = []
  for (const word of text.match(WORDS) ?? ['']) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(indentation + word)
  }
  return lines
}
