/** Sources whose files lie on this machine. */
import { UserError } from '../../base/issue.js'
import { isUrl } from '../../base/url.js'
import type { OwnDataSpec, SourceSpec } from '../../spec/own-data.js'
import type { RawTable } from '../sources/raw-table.js'
import type { DataWatch } from '../watch.js'
import { type Files, FolderFiles, findFiles, listOf, openFiles, partsIn } from './open-source.js'
import { DataError } from './problem.js'
import type { OwnRequest } from './request.js'

export interface FoundSource {
  readonly source: SourceSpec
  /** JSON pointer to the source in the spec. */
  readonly pointer: string
  readonly files: Files
  /** The part of the file that it stands for, if the file has the arrays of both, as Keras' data sets have. */
  readonly part?: 'train' | 'test'
}

/** Finds the files of a source. Throws a DataError if one is missing. */
const findAt = (source: SourceSpec, pointer: string, data: OwnDataSpec, watch: DataWatch): Promise<FoundSource> =>
  pointingTo(pointer, async () => ({ source, pointer, files: await findFiles(source, data, watch) }))

/** Name of a source for messages: its address, its folder, or its first file. */
export const nameOf = ({ source, files }: FoundSource): string =>
  typeof source === 'string' && isUrl(source) ? source : files instanceof FolderFiles ? files.folder : listOf(files)[0]!

/** Says what was left out when the files of a source were found. */
export const notesOf = ({ files }: FoundSource): readonly string[] =>
  files instanceof FolderFiles ? files.listed.notes : []

/** Opens a source. Throws a DataError if its files cannot be opened. */
export const openAt = ({ files, pointer, part }: FoundSource, data: OwnDataSpec): Promise<RawTable> =>
  pointingTo(pointer, async () => {
    const table = await openFiles(files, data)
    return part ? (await partsIn(table))![part] : table
  })

async function hasParts({ files, pointer }: FoundSource, data: OwnDataSpec): Promise<boolean> {
  const [path, ...others] = listOf(files)
  if (others.length > 0 || !path!.toLowerCase().endsWith('.npz')) return false
  const table = await pointingTo(pointer, () => openFiles(files, data))
  try {
    return (await partsIn(table)) !== null
  } finally {
    table.close()
  }
}

async function pointingTo<Result>(pointer: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof UserError) || error.issues.length > 0) throw error
    throw new DataError([{ code: 'file', pointer, message: error.message }])
  }
}

/** The sources of the data of a request; null if it has none. */
export interface FoundSources {
  readonly main: FoundSource
  readonly validation: FoundSource | null
  readonly test: FoundSource | null
}

/** Finds the files of all sources, and downloads them. Throws a DataError if one is missing. */
export async function findSources({ data, watch }: Pick<OwnRequest, 'data' | 'watch'>): Promise<FoundSources> {
  const find = async (source: SourceSpec | null, pointer: string) =>
    source === null ? null : findAt(source, pointer, data, watch)
  const main = await findAt(data.source, '/data/source', data, watch)
  const validation = await find(data.validation, '/data/validation')
  if (data.test === null && (await hasParts(main, data))) {
    return { main: { ...main, part: 'train' }, validation, test: { ...main, part: 'test' } }
  }
  return { main, validation, test: await find(isShare(data.test) ? null : data.test, '/data/test') }
}

/** True if the test rows are a share of the source. */
export const isShare = (test: OwnDataSpec['test']): test is number => typeof test === 'number'
