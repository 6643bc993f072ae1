/** Installs TensorFlow's C library into the user's cache, complete and tested, or not at all. */
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { formatBytes } from '../base/bytes.js'
import { fileProblem } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { jsonText } from '../base/json.js'
import type { TransferListener } from '../base/transfer.js'
import { libraryNames } from './contents.js'
import { bytesIn, freeBytes } from './disk-space.js'
import {
  downloadsFolder,
  folderName,
  type Installation,
  installations,
  kernelsFolder,
  libraryIn,
  NOTE,
  type Note,
  shadersFolder,
} from './installed.js'
import type { TensorflowLibrary } from './locate.js'
import { locked } from './lock.js'
import type { Source } from './source.js'
import type { Target } from './target.js'

export interface InstallOptions {
  readonly target: Target
  readonly source: Source
  readonly cache: string
  readonly signal: AbortSignal
  readonly listener: TransferListener
  /** Tests the library by training a step. Returns a message for the user. An error undoes the installation. */
  readonly check: (library: TensorflowLibrary) => Promise<string>
  /** Returns the free bytes on the disk of a folder. */
  readonly free?: (folder: string) => Promise<number>
}

export interface SetupResult {
  readonly installation: Installation
  /** The message of the check. */
  readonly checked: string
}

/** The installation of a version, if there is one already. */
export const installedVersion = (cache: string, target: Target, version: string): Installation | undefined =>
  installations(cache).find((one) => one.target === target && one.version === version)

/**
 * Downloads, checks and installs. Replaces an installation of the same target; after an error, the old one is still
 * there.
 */
export async function installLibrary(options: InstallOptions): Promise<SetupResult> {
  const { cache, signal } = options
  try {
    return await locked(cache, () => install(options))
  } catch (error) {
    signal.throwIfAborted()
    const problem = fileProblem(error)
    if (problem === undefined) throw error
    throw new UserError(`Cannot install into ${cache}: ${problem}.`)
  } finally {
    await tidy(cache)
  }
}

async function install({
  target,
  source,
  cache,
  signal,
  check,
  free = freeBytes,
}: InstallOptions): Promise<SetupResult> {
  await sweep(cache)
  await requireSpace(source, cache, free)
  const temporary = join(cache, `${NEW}${randomBytes(6).toString('hex')}`)
  try {
    await mkdir(temporary)
    await source.fill(temporary)
    const file = libraryIn(join(temporary, 'tensorflow'))
    if (file === undefined) throw new UserError(`${source.from} contains no ${libraryNames().join(' or ')}.`)
    const note: Note = {
      target,
      ...(source.version !== undefined && { version: source.version }),
      bytes: await bytesIn(temporary),
    }
    await writeFile(join(temporary, NOTE), jsonText(note))
    signal.throwIfAborted()
    const checked = await check({ file, source: 'train setup', cuda: target === 'cuda' })
    signal.throwIfAborted()
    const folder = join(cache, folderName(target, source.version))
    await replace(temporary, folder)
    await removeOthers(cache, target, folder)
    await source.done()
    return { installation: { ...note, folder, file: join(folder, 'tensorflow', basename(file)) }, checked }
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/** Bytes of disk space that an installation still needs. */
export const bytesNeeded = ({ files, bytes }: Source): number =>
  bytes + files.reduce((sum, file) => sum + file.bytes - file.here, 0)

async function requireSpace(source: Source, cache: string, free: (folder: string) => Promise<number>): Promise<void> {
  const needed = bytesNeeded(source)
  const available = await free(cache)
  if (available >= needed) return
  throw new UserError(
    `The disk of ${cache} has only ${formatBytes(available)} free, but ${formatBytes(needed)} are needed while installing.`,
  )
}

/** Prefixes of folders that are being installed, and of folders that were just replaced. */
const NEW = '.new-'
const OLD = '.old-'

/** Replaces a folder by another. If that fails, restores the old one. */
async function replace(from: string, to: string): Promise<void> {
  const old = aside(to)
  const moved = await rename(to, old).then(
    () => true,
    (error) => {
      if (error.code === 'ENOENT') return false
      throw error
    },
  )
  try {
    await rename(from, to)
  } catch (error) {
    if (moved) await rename(old, to)
    throw error
  }
  await rm(old, { recursive: true, force: true })
}

/**
 * Removes a folder. Renames it first, so that a half-removed one never counts as installed; the next setup removes it.
 */
async function discard(folder: string): Promise<void> {
  const old = aside(folder)
  await rename(folder, old)
  await rm(old, { recursive: true, force: true })
}

const aside = (folder: string): string => join(dirname(folder), `${OLD}${randomBytes(6).toString('hex')}`)

async function removeOthers(cache: string, target: Target, kept: string): Promise<void> {
  for (const { target: one, folder } of installations(cache)) {
    if (one === target && folder !== kept) await discard(folder)
  }
}

/** Removes what a killed process left behind. */
async function sweep(cache: string): Promise<void> {
  for (const name of await leftovers(cache)) await rm(join(cache, name), { recursive: true, force: true })
  await rm(join(downloadsFolder(cache), 'pip'), { recursive: true, force: true })
}

const leftovers = async (cache: string): Promise<string[]> =>
  (await readdir(cache)).filter((name) => name.startsWith(NEW) || name.startsWith(OLD))

/** Removes empty folders. */
async function tidy(cache: string): Promise<void> {
  for (const folder of [downloadsFolder(cache), kernelsFolder(cache), cache]) await rmdir(folder).catch(() => {})
}

/** Bytes of unfinished downloads, which the next setup resumes. */
export const keptBytes = (cache: string): Promise<number> => bytesIn(downloadsFolder(cache))

export interface Removed {
  readonly path: string
  readonly bytes: number
}

/**
 * Lists what `remove` would remove: installations of a target or all, unfinished downloads, and drivers' compiled
 * files.
 */
export async function removable(cache: string, target?: Target): Promise<Removed[]> {
  const folders = installations(cache)
    .filter((one) => target === undefined || one.target === target)
    .map(({ folder }) => folder)
  const rest = await leftovers(cache).catch(() => [])
  const kept = [downloadsFolder(cache), kernelsFolder(cache), shadersFolder(cache)]
  const paths = [...folders, ...rest.map((name) => join(cache, name)), ...kept]
  const sized = await Promise.all(paths.map(async (path) => ({ path, bytes: await bytesIn(path) })))
  return sized.filter(({ bytes }) => bytes > 0)
}

export async function remove(cache: string, target?: Target): Promise<Removed[]> {
  if ((await removable(cache, target)).length === 0) return []
  try {
    return await locked(cache, async () => {
      const found = await removable(cache, target)
      for (const { path } of found) await discard(path)
      return found
    })
  } catch (error) {
    const problem = fileProblem(error)
    if (problem === undefined) throw error
    throw new UserError(`Cannot remove from ${cache}: ${problem}.`)
  } finally {
    await tidy(cache)
  }
}
