/** The last line of a terminal, which is redrawn in place. */
import { stripVTControlCharacters } from 'node:util'

const TO_START = '\r'
const UP = '\x1b[A'
/**
 * Erases a row. `CSI J` erases all rows below at once, but at the top of a window tmux takes it for a clear and keeps
 * a copy.
 */
const ERASE_ROW = '\x1b[K'
/** Turns line wrap off, so that text too long for the row is cut off at its last column. */
const inOneRow = (text: string) => `\x1b[?7l${text}\x1b[?7h`

export interface LiveLine {
  /** Replaces the text of the line. */
  draw(text: string): void
  /** Replaces the text of the line by text that stays, and starts a new line. */
  end(text: string): void
  /** Ends the current line, if there is one. */
  leave(): void
}

/** Columns of the window, as last reported; 80 if it reports none. */
export const columnsOf = (stream: NodeJS.WriteStream): number => Math.max(1, stream.columns || 80)

export function liveLine(stream: NodeJS.WriteStream): LiveLine {
  let width = 0
  /** Columns of the window when the line was last drawn. */
  let columns = 0
  /** Erases the old text. If the window became narrower, that text has wrapped and takes more rows. */
  const erase = () => {
    const rows = Math.ceil(width / columnsOf(stream))
    return rows === 0 ? '' : TO_START + ERASE_ROW + (UP + ERASE_ROW).repeat(rows - 1)
  }
  return {
    draw(text) {
      // The window may already be narrower than it has reported. Text that wraps in it takes as many rows as `erase`
      // will
      // count; redrawn text must not take more.
      const again = width > 0 && columns === columnsOf(stream)
      stream.write(`${erase()}${again ? inOneRow(text) : text}`)
      columns = columnsOf(stream)
      width = stripVTControlCharacters(text).length
    },
    end(text) {
      stream.write(`${erase()}${text}\n`)
      width = 0
    },
    leave() {
      if (width > 0) stream.write('\n')
      width = 0
    },
  }
}
