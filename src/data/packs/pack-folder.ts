/** The folder of packs in the user's cache. */
import { readFileSync, statSync, utimesSync } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../../base/atomic-file.js'
import { cacheFolder } from '../../base/cache-folder.js'
import { openPack, type Pack } from './pack-file.js'

/** Bytes of all packs together. The packs that were used longest ago are removed beyond it. */
export const MOST_BYTES = 20e9

/** Milliseconds after which a file that a process has begun and not finished is removed. */
const ABANDONED = 24 * 3600 * 1000

const ENDING = '.pack'
/** A text file with the key of a pack that another key leads to. */
const OTHER_NAME = '.key'

const packFolder = (): string => join(cacheFolder(), 'packs')

export const packPath = (key: string): string => join(packFolder(), `${key}${ENDING}`)

/** Opens the pack with a key, and counts it as used now. Returns undefined if there is none. */
export function findPack(key: string): Pack | undefined {
  const pack = openPack(packPath(key)) ?? openPack(packPath(otherName(key)))
  try {
    if (pack) utimesSync(pack.path, new Date(), new Date())
  } catch {} // on a read-only disk nothing is removed either
  return pack
}

function otherName(key: string): string {
  try {
    return readFileSync(join(packFolder(), `${key}${OTHER_NAME}`), 'latin1')
  } catch {
    return key
  }
}

/** Lets a key lead to the pack with another key. */
export const addName = (key: string, to: string): Promise<void> =>
  writeFileAtomic(join(packFolder(), `${key}${OTHER_NAME}`), to)

/** Removes packs that were used longest ago until a new one of so many bytes has room, and what is left without use. */
export async function makeRoom(bytes: number, most = MOST_BYTES): Promise<void> {
  const folder = packFolder()
  const names = await readdir(folder).catch(() => [])
  const found = await Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs } = await stat(join(folder, name)).catch(() => ({ size: 0, mtimeMs: 0 }))
      return { name, size, mtimeMs }
    }),
  )
  const remove = (name: string) => rm(join(folder, name), { force: true }).catch(() => {})
  let room = most - bytes
  for (const { name, size, mtimeMs } of found.toSorted((a, b) => b.mtimeMs - a.mtimeMs)) {
    if (name.endsWith(ENDING)) {
      room -= size
      if (room < 0) await remove(name)
    } else if (name.endsWith('.tmp') && mtimeMs < Date.now() - ABANDONED) await remove(name)
  }
  for (const { name } of found) {
    if (name.endsWith(OTHER_NAME) && !isThere(packPath(otherName(name.slice(0, -OTHER_NAME.length)))))
      await remove(name)
  }
}

const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined
