/** Opens the files of a source, by their endings. */
import { stat } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import type { Named } from '../../base/field.js'
import { UserError } from '../../base/issue.js'
import { isUrl } from '../../base/url.js'
import type { Encoding } from '../../spec/encodings.js'
import type { FeatureSpec } from '../../spec/features.js'
import type { OwnDataSpec, SourceSpec } from '../../spec/own-data.js'
import { isSoundName, SOUND_ENDING } from '../audio/decode.js'
import { filesOf, patternFor } from '../files.js'
import type { ListedFolder } from '../folders/list-folder.js'
import { isPictureName, PICTURE_ENDINGS } from '../pictures/format.js'
import type { FoundKind, RawTable } from '../sources/raw-table.js'
import { isTextName, withTextOfFiles } from '../text/text-files.js'
import type { DataWatch } from '../watch.js'

/** The fields of a spec that say how files are read. */
export type FileOptions = Pick<
  OwnDataSpec,
  'csv' | 'missing_values' | 'select' | 'sha256' | 'follow_links' | 'features'
>

/** Paths of files on this machine; of arrays with names, by name; of pictures, texts and sounds, as they were found in folders. */
export type Files = readonly string[] | Named<readonly string[]> | FolderFiles

/** Files that are rows, one each. */
export class FolderFiles {
  constructor(
    readonly folder: string,
    readonly listed: ListedFolder,
    readonly hold: FoundKind,
  ) {}
}

export const listOf = (files: Files): readonly string[] => {
  if (files instanceof FolderFiles) return files.listed.files.map(({ path }) => join(files.folder, path))
  return isList(files) ? files : Object.values(files).flat()
}

const isList = (files: readonly string[] | Named<readonly string[]>): files is readonly string[] => Array.isArray(files)

/** Finds the files of a source, and downloads them. Paths are relative to the current folder. Throws a UserError. */
export async function findFiles(source: SourceSpec, options: FileOptions, watch: DataWatch): Promise<Files> {
  const { sha256, follow_links } = options
  if (typeof source === 'string' && (await isFolder(source))) return filesIn(source, follow_links)
  const download = async (url: string) => {
    const { remoteFile } = await import('../remote/remote-file.js')
    return remoteFile(url, { ...watch, ...(sha256 !== null && { sha256 }) })
  }
  const found = (paths: string | readonly string[]) => filesOf(paths, '.', download)
  if (!isNamed(source)) {
    const paths = await found(source)
    if (paths.every(isSoundName)) return inOneFolder(paths, 'sounds')
    return paths.every(isPictureName) ? inOneFolder(paths, 'pictures') : paths
  }
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
  if (paths instanceof FolderFiles) {
    refuseSelect(reading, paths.folder, 'files in a folder')
    const { fileTable } = await import('../folders/file-table.js')
    const table = fileTable(paths.folder, paths.listed.files, paths.hold)
    return paths.hold === 'texts' ? withTextOfFiles(table, encodingOf(reading.features)) : table
  }
  const { isArrayFile, openArrays } = await import('../arrays/open-arrays.js')
  const arrays = isList(paths) ? paths.filter(isArrayFile) : listOf(paths)
  if (!isList(paths) || arrays.length === paths.length) {
    refuseSelect(reading, arrays[0]!, 'arrays')
    return openArrays(paths, '.')
  }
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

function refuseSelect({ select }: FileOptions, name: string, kind: string): void {
  if (select !== null) throw new UserError(`${name}: "select" is for tables, not for ${kind}`)
}

const isNamed = (source: SourceSpec): source is Exclude<SourceSpec, string | readonly string[]> =>
  typeof source === 'object' && !Array.isArray(source)

export const isFolder = async (path: string): Promise<boolean> =>
  !isUrl(path) && ((await stat(path).catch(() => null))?.isDirectory() ?? false)

/** The encoding of the text of files, which the feature that is made of it says. */
function encodingOf(features: OwnDataSpec['features']): Encoding {
  const text = Array.isArray(features)
    ? undefined
    : Object.values((features ?? {}) as Named<FeatureSpec>).find(({ type }) => type === 'text')
  return text?.type === 'text' ? text.encoding : 'utf-8'
}

/** The names of files that are rows. A folder with several kinds holds the first of them. */
const CONTENTS: readonly (readonly [FoundKind, (name: string) => boolean])[] = [
  ['pictures', isPictureName],
  ['sounds', isSoundName],
  ['texts', isTextName],
]

/** Throws a UserError for a folder without pictures, sounds and texts. */
async function filesIn(folder: string, followLinks: boolean): Promise<FolderFiles> {
  const { listed, searchFolder } = await import('../folders/list-folder.js')
  const found = await searchFolder(folder, followLinks)
  for (const [hold, isWanted] of CONTENTS) {
    const files = listed(found, isWanted)
    if (files.files.length > 0) return new FolderFiles(folder, files, hold)
  }
  const { notes } = listed(found, isPictureName)
  const leftOut = notes.map((note) => `; ${note.slice(note.indexOf(': ') + 2, -1)}`).join('')
  const pattern = await patternFor(folder, folder)
  const remedy = pattern.endsWith('*') ? '' : `; a pattern such as "${pattern}" names its files`
  throw new UserError(
    `${folder}: the folder has no pictures (${PICTURE_ENDINGS.join(', ')}), sounds (${SOUND_ENDING}) or texts (.txt)${leftOut}${remedy}`,
  )
}

/** Files that a pattern or a list names, relative to the folder that has all of them. */
function inOneFolder(paths: readonly string[], hold: FoundKind): FolderFiles {
  let folder = dirname(paths[0]!)
  const isInside = (path: string) => !relative(folder, path).startsWith('..')
  while (!paths.every(isInside) && dirname(folder) !== folder) folder = dirname(folder)
  const files = paths.map((path) => ({ path: relative(folder, path).replaceAll(sep, '/'), label: null }))
  return new FolderFiles(folder, { files, notes: [] }, hold)
}
