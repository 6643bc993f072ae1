/** Own data on several machines: what tells whether a machine has the files, and data from the pack of another one. */
import { access, constants, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { UserError } from '../../base/issue.js'
import type { SourceSpec } from '../../spec/own-data.js'
import type { Pack } from '../packs/pack-file.js'
import { limiter } from '../sources/ahead.js'
import { textFiles } from '../text/files.js'
import { withLabel, withParts } from './folders.js'
import { findSources } from './found-source.js'
import { namedPaths } from './named-files.js'
import { openOwn } from './open.js'
import { filesIn, packedData } from './packs.js'
import type { OpenOwn, OwnRequest } from './request.js'

/** The absolute path of a file, its size in bytes, and the second of its last change. */
export type FileFacts = readonly [path: string, size: number, second: number]

/** Files whose facts are asked for at once. */
const AT_ONCE = 16

/** Every file that the data are made from. Throws a UserError if one is missing. */
export async function filesBehind(given: OwnRequest): Promise<FileFacts[]> {
  const inParts = { ...given, data: await withParts(given.data) }
  const found = await findSources(inParts)
  const data = withLabel(inParts.data, found.main)
  const paths = new Set(
    [...filesIn(found), ...textFiles(data.features), ...(await namedPaths(data, found))].map((path) => resolve(path)),
  )
  const limited = limiter(AT_ONCE)
  const facts = [...paths].map((path) => limited(() => factsOf(path)))
  return (await Promise.all(facts)).filter((one) => one !== null)
}

/** True if all of these files are on this machine, with the same size and time, and may be read. */
export async function hasFiles(files: readonly FileFacts[]): Promise<boolean> {
  const limited = limiter(AT_ONCE)
  const each = files.map(([path, size, second]) =>
    limited(async () => {
      const found = await factsOf(path)
      return found !== null && found[1] === size && found[2] === second && (await mayRead(path))
    }),
  )
  return (await Promise.all(each)).every(Boolean)
}

/** Null if there is no such file. */
async function factsOf(path: string): Promise<FileFacts | null> {
  const found = await stat(path).catch(() => null)
  return found && [path, found.size, Math.floor(found.mtimeMs / 1000)]
}

const mayRead = (path: string): Promise<boolean> =>
  access(path, constants.R_OK).then(
    () => true,
    () => false,
  )

/** Packs data of any size, unless that was done before. Throws a DataError or a UserError as `openOwn` does. */
export async function packOwn(
  request: OwnRequest,
  progress: (done: number, of: number) => void,
): Promise<{ readonly pack: Pack; readonly packed: string | undefined }> {
  const { load } = await openOwn({ ...request, data: { ...request.data, cache: 'disk' } })
  const { pack, packed } = await load(progress)
  if (!pack) throw new Error('internal: the data were not packed')
  return { pack, packed }
}

/** Opens data from a pack that another machine has made. Their sources need not be here. */
export function openSent({ data, seed }: Pick<OwnRequest, 'data' | 'seed'>, pack: Pack): OpenOwn {
  const { decisions: _, ...opened } = packedData({ data, seed }, pack, firstOf(data.source))
  return {
    ...opened,
    given: data,
    raw: async () => {
      throw new UserError(`${firstOf(data.source)} is on another machine.`)
    },
  }
}

/** The first path of a source. */
const firstOf = (source: SourceSpec): string =>
  typeof source === 'string' ? source : firstOf(Object.values(source)[0] as string | readonly string[])
