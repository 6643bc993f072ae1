/** The last line of a terminal, drawn again and again. */
import { stripVTControlCharacters } from 'node:util'

const UP = (rows: number): string => (rows > 0 ? `\x1b[${rows}A` : '')
const TO_START = '\r'
const ERASE_BELOW = '\x1b[J'

export interface LiveLine {
  /** Replaces what is there. */
  draw(text: string): void
  /** Replaces what is there by text that stays. */
  end(text: string): void
  /** Ends the line where it stands, if there is one. */
  leave(): void
}

export function liveLine(stream: NodeJS.WriteStream): LiveLine {
  let width = 0
  /** In a window that became narrower the old text has wrapped: it takes more rows now. */
  const erase = () => {
    const rows = Math.ceil(width / Math.max(1, stream.columns || 80))
    return width === 0 ? '' : `${UP(rows - 1)}${TO_START}${ERASE_BELOW}`
  }
  return {
    draw(text) {
      stream.write(`${erase()}${text}`)
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
