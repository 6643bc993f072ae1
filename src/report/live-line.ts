/** The last line of a terminal, drawn again and again. */
import { stripVTControlCharacters } from 'node:util'

const TO_START = '\r'
const UP = '\x1b[A'
/** Not `CSI J`, which erases all below at once: at the top of a window tmux takes it for a clear and keeps a copy. */
const ERASE_ROW = '\x1b[K'
/** What is too long for the row ends in its last column. */
const inOneRow = (text: string) => `\x1b[?7l${text}\x1b[?7h`

export interface LiveLine {
  /** Replaces what is there. */
  draw(text: string): void
  /** Replaces what is there by text that stays. */
  end(text: string): void
  /** Ends the line where it stands, if there is one. */
  leave(): void
}

/** Columns of the window, as far as it has told. */
export const columnsOf = (stream: NodeJS.WriteStream): number => Math.max(1, stream.columns || 80)

export function liveLine(stream: NodeJS.WriteStream): LiveLine {
  let width = 0
  /** Of the window at the last drawing. */
  let columns = 0
  /** In a window that became narrower the old text has wrapped: it takes more rows now. */
  const erase = () => {
    const rows = Math.ceil(width / columnsOf(stream))
    return rows === 0 ? '' : TO_START + ERASE_ROW + (UP + ERASE_ROW).repeat(rows - 1)
  }
  return {
    draw(text) {
      // A window may be narrower already than it has told. Text that wraps there takes as many rows as `erase` will count;
      // drawn again, it must not take more.
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
