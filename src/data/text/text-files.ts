/** Adds a column to a table of files: the text that each of them holds. */

import { join } from 'node:path'
import type { Encoding } from '../../spec/encodings.js'
import { FILE } from '../folders/file-table.js'
import { limiter, madeAhead } from '../sources/ahead.js'
import { type BadFile, BadFiles, bytesOf } from '../sources/bad-files.js'
import type { ColumnFacts, RawTable } from '../sources/raw-table.js'
import { inPieces, type Rows } from '../sources/source.js'
import { decodeText } from './decode.js'

/** Column with the text of each file. */
export const TEXT = 'text'

export const isTextName = (name: string): boolean => name.toLowerCase().endsWith('.txt')

/** Limit on the size of a file. */
const MOST_BYTES = 2 ** 27
/** Files that are read at once. */
const AT_ONCE = 8
/** Files that make a piece of rows. */
const ROWS_AT_ONCE = 64

/** Files that cannot be read, or are no text in this encoding, are listed in a UserError. */
export function withTextOfFiles(table: RawTable, encoding: Encoding): RawTable {
  const others = (columns: readonly string[]) => columns.filter((name) => name !== TEXT)
  return {
    ...table,
    columns: { ...table.columns, [TEXT]: 'text' },
    async facts(columns) {
      const facts = await table.facts(others(columns))
      if (!columns.includes(TEXT)) return facts
      const { [FILE]: files } = await table.facts([FILE])
      return { ...facts, [TEXT]: textFacts(files!) }
    },
    // texts are no categories
    distinct: async (column, most) => (column === TEXT ? null : table.distinct(column, most)),
    read(wanted) {
      if (!Object.hasOwn(wanted, TEXT)) return table.read(wanted)
      const { [TEXT]: _, ...rest } = wanted
      const stream = table.read({ [FILE]: 'text', ...rest })
      return {
        columns: { ...stream.columns, [TEXT]: { values: 'text' } },
        async *rows() {
          const limited = limiter(AT_ONCE)
          const bad = new BadFiles(table.name)
          const read = async (rows: Rows) => {
            const files = rows.columns[FILE] as readonly string[]
            const texts = await Promise.all(
              files.map((file) => limited(() => textOf(join(table.folder!, file), encoding))),
            )
            return { rows, texts }
          }
          const pieces = (async function* () {
            for await (const rows of stream.rows()) yield* inPieces(rows, stream.columns, ROWS_AT_ONCE)
          })()
          for await (const { rows, texts } of madeAhead(pieces, read)) {
            bad.add(texts.flatMap((text, index) => problemsIn(text, rows, index)))
            if (bad.isFull()) break
            if (!bad.isEmpty()) continue
            yield { ...rows, columns: { ...rows.columns, [TEXT]: texts as string[] } }
          }
          bad.end()
        },
      }
    },
  }
}

/** Nothing is read for them: a file is text, whatever it holds. */
const textFacts = ({ numbers, notNumbers, firstNotNumber }: ColumnFacts): ColumnFacts => ({
  gaps: 0,
  numbers: 0,
  notNumbers: numbers + notNumbers,
  firstNotNumber,
  whole: false,
})

type Problem = Pick<BadFile, 'problem'>

async function textOf(path: string, encoding: Encoding): Promise<string | Problem> {
  const bytes = await bytesOf(path, MOST_BYTES)
  if ('problem' in bytes) return bytes
  const found = decodeText(bytes, encoding)
  return 'text' in found ? found.text : found
}

const problemsIn = (text: string | Problem, { from, columns }: Rows, index: number): BadFile[] =>
  typeof text === 'string'
    ? []
    : [{ row: from + index, column: FILE, file: (columns[FILE] as readonly string[])[index]!, problem: text.problem }]
