/** The last lines of a terminal, which are redrawn in place. */

const UP = '\x1b[A'
/** Erases each row by itself: at the top of a window, tmux keeps a copy of what `CSI J` erases. */
const ERASE_ROW = '\x1b[K'
/** Turns line wrap off, so that each line stays one row. */
const [WRAP_OFF, WRAP_ON] = ['\x1b[?7l', '\x1b[?7h']

export interface LiveBlock {
  /** Replaces the lines. Those that the window has no room for are left out. */
  draw(lines: readonly string[]): void
  /** Erases the lines. */
  clear(): void
  /** Leaves the lines as they are; the next ones are drawn below. */
  leave(): void
}

export function liveBlock(stream: NodeJS.WriteStream): LiveBlock {
  let drawn: readonly string[] = []
  /** A window that became narrower has wrapped the lines. */
  const rowsOf = (lines: readonly string[]) => {
    const columns = stream.columns || Number.POSITIVE_INFINITY
    return lines.reduce((rows, line) => rows + Math.max(1, Math.ceil(line.length / columns)), 0)
  }
  const erase = () => (UP + ERASE_ROW).repeat(rowsOf(drawn))
  return {
    draw(given) {
      const { columns, rows } = stream
      const fitting = given.slice(0, rows ? Math.max(1, rows - 1) : given.length)
      const lines = fitting.map((line) => (columns ? line.slice(0, columns) : line))
      stream.write(`${erase()}${WRAP_OFF}${lines.map((line) => `${line}\n`).join('')}${WRAP_ON}`)
      drawn = lines
    },
    clear() {
      stream.write(`\r${erase()}`)
      drawn = []
    },
    leave() {
      drawn = []
    },
  }
}
