/** A small terminal: text and the codes that a bar may use, wrapping, and the reflow of a window that changes its width. */

interface Row {
  cells: string[]
  /** Goes on in the next row, as a line too long for the window. */
  wrapped: boolean
}

const CODE = /^\[(\?7|\d*)([A-Za-z])/

export class Terminal {
  readonly isTTY = true
  /** Every write, as it came. */
  readonly writes: string[] = []
  #rows: Row[] = [{ cells: [], wrapped: false }]
  #row = 0
  #column = 0
  #wraps = true
  #width: number

  /** `columns` is what the program has been told. */
  constructor(public columns: number) {
    this.#width = columns
  }

  /** For what wants a stream. */
  get stream(): NodeJS.WriteStream {
    return this as unknown as NodeJS.WriteStream
  }

  write(text: string): boolean {
    this.writes.push(text)
    for (let at = 0; at < text.length; ) {
      const code = text[at] === '\x1b' ? CODE.exec(text.slice(at + 1)) : null
      if (code) this.#obey(code[2]!, code[1]!)
      else this.#put(text[at]!)
      at += 1 + (code?.[0].length ?? 0)
    }
    return true
  }

  /** The visible text, one line per row, down to the cursor or the last row with text. */
  screen(): string[] {
    return this.#seen.map(({ cells }) => cells.join('').trimEnd())
  }

  /** Rows joined to the lines that were written. */
  lines(): string[] {
    const lines = ['']
    for (const { cells, wrapped } of this.#seen) {
      lines[lines.length - 1] += cells.join('')
      if (!wrapped) lines.push('')
    }
    return lines.slice(0, -1).map((line) => line.trimEnd())
  }

  /** Rows from the first of the line under the cursor to the cursor. */
  liveRows(): number {
    let rows = 1
    while (this.#rows[this.#row - rows]?.wrapped) rows++
    return rows
  }

  resize(columns: number): void {
    this.reshape(columns)
    this.tell()
  }

  /** Tells the program of the width. */
  tell(): void {
    this.columns = this.#width
  }

  /** Changes the width, as tmux does, a while before it tells. */
  reshape(columns: number): void {
    const old = this.#rows
    const cursor = { row: this.#row, column: this.#column }
    this.#width = columns
    this.#rows = []
    let line: string[] = []
    let offset: number | null = null
    old.forEach(({ cells, wrapped }, index) => {
      if (index === cursor.row) offset = line.length + cursor.column
      line.push(...cells)
      if (wrapped) return
      const first = this.#rows.length
      const rows = Math.max(1, Math.ceil(line.length / columns))
      for (let row = 0; row < rows; row++) {
        this.#rows.push({ cells: line.slice(row * columns, (row + 1) * columns), wrapped: row < rows - 1 })
      }
      if (offset !== null) {
        // behind the last column the cursor waits there
        const row = Math.min(Math.floor(offset / columns), rows - 1)
        this.#row = first + row
        this.#column = offset - row * columns
      }
      line = []
      offset = null
    })
  }

  #put(character: string): void {
    if (character === '\r') this.#column = 0
    else if (character === '\n') this.#down()
    else {
      if (this.#column >= this.#width) {
        if (this.#wraps) {
          this.#here.wrapped = true
          this.#down()
        } else this.#column = this.#width - 1
      }
      const { cells } = this.#here
      while (cells.length < this.#column) cells.push(' ')
      cells[this.#column++] = character
    }
  }

  #obey(code: string, number: string): void {
    if (code === 'A') this.#row = Math.max(0, this.#row - Math.max(1, Number(number)))
    else if (code === 'K' && number === '') this.#eraseRow()
    else if (number === '?7' && (code === 'h' || code === 'l')) this.#wraps = code === 'h'
    else if (code !== 'm') throw new Error(`a code that the bar should not need: ${code}`)
  }

  #eraseRow(): void {
    this.#here.cells.length = Math.min(this.#here.cells.length, this.#column)
    this.#here.wrapped = false
  }

  #down(): void {
    this.#row++
    this.#column = 0
    if (this.#row === this.#rows.length) this.#rows.push({ cells: [], wrapped: false })
  }

  get #seen(): readonly Row[] {
    const last = this.#rows.findLastIndex(({ cells }) => cells.some((cell) => cell !== ' '))
    return this.#rows.slice(0, Math.max(last, this.#row) + 1)
  }

  get #here(): Row {
    return this.#rows[this.#row]!
  }
}
