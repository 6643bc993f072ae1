/** Values that a column may not have, listed for the user. */
import { type Issue, UserError } from '../../base/issue.js'

/** Cells that are listed at most. */
const MOST = 20
/** Characters of a value that a message shows. */
const MOST_SHOWN = 40

export class BadCells {
  readonly #issues: Issue[] = []
  #count = 0

  /** `row` counts from 1, as `element` of a row does, if the row has several. */
  add(cell: { file: string; row: number; column: string; element?: string; found: string; must: string }): void {
    this.#count++
    if (this.#issues.length === MOST) return
    const { file, row, column, element, found, must } = cell
    const shown = found.length > MOST_SHOWN ? `${found.slice(0, MOST_SHOWN - 3)}...` : found
    const place = `row ${row}, column ${JSON.stringify(column)}${element === undefined ? '' : `, ${element}`}`
    this.#issues.push({ code: 'cell', source: file, pointer: '', message: `${place}: found ${shown}, must be ${must}` })
  }

  /** Throws a UserError if there are any. */
  end(): void {
    if (this.#count === 0) return
    const { source } = this.#issues[0]!
    const more = this.#count > MOST ? `; the first ${MOST} are listed` : ''
    throw new UserError(`${source} has values that its columns may not have${more}`, this.#issues)
  }
}
