/** Opens the files of a source, by their endings. */
import type { Named } from '../../base/field.js'
import { UserError } from '../../base/issue.js'
import type { OwnDataSpec, SourceSpec } from '../../spec/own-data.js'
import { filesOf } from '../files.js'
import type { RawTable } from '../sources/raw-table.js'
import type { DataWatch } from '../watch.js'

/** The fields of a spec that say how files are read. */
export type FileOptions = Pick<OwnDataSpec, 'csv' | 'missing_values' | 'select' | 'sha256'>

/** Paths of files on this machine; of arrays with names, by name. */
export type Files = readonly string[] | Named<readonly string[]>

export const listOf = (files: Files): readonly string[] =>
  isList(files) ? files : Object.values(files as Named<readonly string[]>).flat()

const isList = (files: Files): files is readonly string[] => Array.isArray(files)

/** Finds the files of a source, and downloads them. Paths are relative to the current folder. Throws a UserError. */
export async function findFiles(source: SourceSpec, { sha256 }: FileOptions, watch: DataWatch): Promise<Files> {
  const download = async (url: string) => {
    const { remoteFile } = await import('../remote/remote-file.js')
    return remoteFile(url, { ...watch, ...(sha256 !== null && { sha256 }) })
  }
  const found = (paths: string | readonly string[]) => filesOf(paths, '.', download)
  if (!isNamed(source)) return found(source)
  const named = Object.entries(source).map(async ([name, paths]) => [name, await found(paths)] as const)
  return Object.fromEntries(await Promise.all(named))
}

/**
 * Opens the table of a source, or its training part if it has the arrays of both, as Keras' data sets have. Paths are
 * relative to the current folder. Throws a UserError for files that are missing, damaged or unknown.
 */
export async function openSource(source: SourceSpec, reading: FileOptions, watch: DataWatch): Promise<RawTable> {
  const table = await openFiles(await findFiles(source, reading, watch), reading)
  return (await partsIn(table))?.train ?? table
}

/** The parts of a file with arrays `x_train`, `y_train`, `x_test`, `y_test`; null for any other. */
export const partsIn = async (table: RawTable) => (await import('../arrays/keras-parts.js')).kerasParts(table)

/** Throws a UserError for files that are damaged or unknown. */
export async function openFiles(paths: Files, reading: FileOptions): Promise<RawTable> {
  const { isArrayFile, openArrays } = await import('../arrays/open-arrays.js')
  if (!isList(paths)) return openArrays(paths, '.')
  const arrays = paths.filter(isArrayFile)
  if (arrays.length === paths.length) return openArrays(paths, '.')
  if (arrays.length > 0) {
    const table = paths.find((path) => !isArrayFile(path))
    throw new UserError(
      `${arrays[0]} holds arrays, but ${table} holds a table; the files of a source must be of one kind`,
    )
  }
  const { openTable } = await import('../tables/open-table.js')
  const { csv, missing_values, select } = reading
  return openTable(paths, { ...csv, missing_values, select })
}

const isNamed = (source: SourceSpec): source is Exclude<SourceSpec, string | readonly string[]> =>
  typeof source === 'object' && !Array.isArray(source)
