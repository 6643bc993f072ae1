/** Files that rows name and that cannot be used, listed for the user. */
import { stat } from 'node:fs/promises'
import { fileProblem } from '../../base/file-problem.js'
import { type Issue, UserError } from '../../base/issue.js'
import { readWhole } from '../../base/read-file.js'
import { visible } from '../../base/visible.js'
import { limiter } from './ahead.js'
import { type FileColumn, placeOf } from './file-column.js'
import type { Rows } from './source.js'

/** Files that are listed at most. */
const MOST = 20
/** Files that are listed if they are missing. */
const MOST_MISSING = 10
/** Codes of the system for a file that is not there. */
const MISSING = ['ENOENT', 'ENOTDIR']
/** Files whose existence is asked for at once. */
const AT_ONCE = 16

/** A file that cannot be used. */
export interface BadFile {
  /** From 0. */
  readonly row: number
  /** The column that names it. */
  readonly column: string
  readonly file: string
  /** Continues a sentence beginning with the name of the file. */
  readonly problem: string
}

/** The bytes of a file, or the reason why they cannot be read. */
export async function bytesOf(path: string, most: number): Promise<Uint8Array | Pick<BadFile, 'problem'>> {
  try {
    return await readWhole(path, { most })
  } catch (error) {
    const problem = error instanceof UserError ? error.message : fileProblem(error)
    if (problem === undefined) throw error
    return { problem: problem.replace(`${path}: `, '') }
  }
}

export class BadFiles {
  readonly #found: BadFile[] = []

  /** `table`: its name for messages. */
  constructor(private readonly table: string) {}

  isEmpty = (): boolean => this.#found.length === 0
  isFull = (): boolean => this.#found.length >= MOST

  /** Adds files in the order of their rows. */
  add(files: readonly BadFile[]): void {
    this.#found.push(...files.slice(0, MOST - this.#found.length))
  }

  /** Throws a UserError if there are any. */
  end(): void {
    if (this.isEmpty()) return
    const more = this.isFull() ? `; the first ${MOST} are listed` : ''
    throw new UserError(
      `${this.table} names files that cannot be used${more}`,
      this.#found.map(({ row, file, problem }) => issue(this.table, row, `${visible(file)} ${problem}`)),
    )
  }
}

const issue = (source: string, row: number, message: string): Issue => ({
  code: 'file',
  source,
  pointer: '',
  message: `row ${row + 1}: ${message}`,
})

/** Looks for the files of all rows before any is read. */
export function missingFiles(table: string) {
  const listed: Issue[] = []
  let count = 0
  return {
    async see(column: FileColumn, { from, columns }: Rows): Promise<void> {
      const limited = limiter(AT_ONCE)
      const isThere = async (text: string | null) => {
        const place = text === null ? undefined : placeOf(column, text)
        // a name that is not allowed, or a file without permission, is reported when it is read
        if (!place || 'problem' in place) return true
        return stat(place.path).then(
          () => true,
          ({ code }: NodeJS.ErrnoException) => !MISSING.includes(code!),
        )
      }
      const texts = columns[column.from] as readonly (string | null)[]
      const there = await Promise.all(texts.map((text) => limited(() => isThere(text))))
      for (const [index, text] of texts.entries()) {
        if (there[index] || ++count > MOST_MISSING) continue
        const file = `${visible(column.pathOf(text!))} in ${visible(column.folder)}`
        listed.push(issue(table, from + index, `there is no file ${file}`))
      }
    },
    /** Throws a UserError if any is missing. */
    end(): void {
      if (count === 0) return
      const files = count === 1 ? 'a file that is' : `${count.toLocaleString('en')} files that are`
      const more = count > MOST_MISSING ? `; the first ${MOST_MISSING} are listed` : ''
      throw new UserError(`${table} names ${files} not there${more}`, listed)
    },
  }
}
