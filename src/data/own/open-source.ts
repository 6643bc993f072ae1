/** Opens the files of a source, by their endings. */
import { UserError } from '../../base/issue.js'
import type { OwnDataSpec, SourceSpec } from '../../spec/own-data.js'
import { filesOf } from '../files.js'
import type { RawTable } from '../sources/raw-table.js'
import type { DataWatch } from '../watch.js'

/** How the files are read: the fields of the spec for it. */
export type Reading = Pick<OwnDataSpec, 'csv' | 'missing_values' | 'select' | 'sha256'>

/** Paths are relative to the current folder. Throws a UserError for files that are missing, damaged or unknown. */
export async function openSource(source: SourceSpec, reading: Reading, watch: DataWatch): Promise<RawTable> {
  const download = async (url: string) => {
    const { remoteFile } = await import('../remote/remote-file.js')
    return remoteFile(url, { ...watch, ...(reading.sha256 !== null && { sha256: reading.sha256 }) })
  }
  const found = (paths: string | readonly string[]) => filesOf(paths, '.', download)
  const { isArrayFile, openArrays } = await import('../arrays/open-arrays.js')
  if (isNamed(source)) {
    const named = Object.entries(source).map(async ([name, paths]) => [name, await found(paths)] as const)
    return openArrays(Object.fromEntries(await Promise.all(named)), '.')
  }
  const paths = await found(source)
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
