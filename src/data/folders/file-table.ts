/** A table of files that were found on the disk: the path of each, and the class whose folder it lies in. */
import { byCodePoint } from '../../base/code-points.js'
import type { Named } from '../../base/field.js'
import { BadCells } from '../arrays/cells.js'
import { seeRows, valuesAs } from '../arrays/convert.js'
import { type ColumnType, columnOfType, type FoundKind, type RawTable } from '../sources/raw-table.js'
import { noFacts } from '../tables/facts.js'
import type { ListedFile } from './list-folder.js'

/** Column with the path of each file, relative to the folder. */
export const FILE = 'file'
/** Column with the name of the folder that is its class. */
export const LABEL = 'label'

const ROWS_AT_ONCE = 4096

export function fileTable(folder: string, files: readonly ListedFile[], holds: FoundKind): RawTable {
  const values: Named<readonly string[]> = {
    [FILE]: files.map(({ path }) => path),
    ...(files[0]?.label != null && { [LABEL]: files.map(({ label }) => label!) }),
  }
  const part = (column: string, from: number, to: number) => ({
    column,
    file: folder,
    from,
    elements: values[column]!.slice(from, to),
  })
  return {
    name: folder,
    folder,
    holds,
    columns: Object.fromEntries(Object.keys(values).map((column) => [column, 'text' as const])),
    count: () => files.length,
    async facts(wanted) {
      return Object.fromEntries(
        wanted.map((column) => {
          const facts = noFacts()
          seeRows(facts, part(column, 0, files.length))
          return [column, facts]
        }),
      )
    },
    async distinct(column, most) {
      const found = new Set(values[column])
      return found.size > most ? null : [...found].toSorted(byCodePoint)
    },
    read(wanted) {
      const types = Object.entries(wanted) as [string, ColumnType][]
      return {
        columns: Object.fromEntries(types.map(([column, type]) => [column, columnOfType(type)])),
        *rows() {
          for (let from = 0; from < files.length; from += ROWS_AT_ONCE) {
            const count = Math.min(ROWS_AT_ONCE, files.length - from)
            const bad = new BadCells()
            const each = types.map(([column, type]) => [column, valuesAs(type, part(column, from, from + count), bad)])
            bad.end()
            yield { from, count, columns: Object.fromEntries(each) }
          }
        },
      }
    },
    close() {},
  }
}
