/** Tables of tests: files, their rows, and the words of the error if they cannot be read. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Named } from '../../src/base/field.js'
import { UserError } from '../../src/base/issue.js'
import type { ColumnFacts, ColumnType, RawTable } from '../../src/data/sources/raw-table.js'
import { openTable } from '../../src/data/tables/open-table.js'
import type { TableOptions } from '../../src/data/tables/options.js'
import { temporaryFolder } from './command.js'
import { rowsAs } from './raw-table.js'

/** Makes a file in a folder of its own. */
export function fileOf(name: string, content: string | Uint8Array): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, content)
  return path
}

type Options = Partial<TableOptions>

export async function withTable<Result>(
  paths: string | readonly string[],
  options: Options,
  work: (table: RawTable) => Promise<Result>,
): Promise<Result> {
  const table = await openTable([paths].flat(), options)
  try {
    return await work(table)
  } finally {
    table.close()
  }
}

/** The values of all rows, column by column. */
export const rowsOf = (paths: string | readonly string[], types: Named<ColumnType>, options: Options = {}) =>
  withTable(paths, options, async (table) => (await rowsAs(table, types)).columns)

export const factsOf = (
  paths: string | readonly string[],
  columns: readonly string[],
  options: Options = {},
): Promise<Named<ColumnFacts>> => withTable(paths, options, (table) => table.facts(columns))

/** The words of a UserError, without folders. */
export async function problemOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const lines = [error.message, ...error.issues.map(({ source, message }) => `${source}: ${message}`)]
    return lines.map((line) => line.replace(/\S*\/trainspec-\w+\//g, '')).join('\n')
  }
  throw new Error('there was no problem')
}
