/** What `train setup` has installed: folders in the user's cache, each with a note of what it is. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import envPaths from 'env-paths'
import { libraryNames } from './contents.js'
import { TARGETS, type Target } from './target.js'

/** `~/.cache/trainspec`, `~/Library/Caches/trainspec`; XDG_CACHE_HOME is heeded on Linux. */
export const cacheFolder = (): string => envPaths('trainspec', { suffix: '' }).cache

export const downloadsFolder = (cache: string): string => join(cache, 'downloads')

/** What drivers keep of kernels and shaders that they compiled for a device. */
export const kernelsFolder = (cache: string): string => join(cache, 'cuda')
export const shadersFolder = (cache: string): string => join(cache, 'shaders')

/** What the note in an installation says. */
export interface Note {
  readonly target: Target
  /** Absent for a library of unknown version. */
  readonly version?: string
  readonly bytes: number
}

export interface Installation extends Note {
  readonly folder: string
  /** The file with the C API. */
  readonly file: string
}

export const NOTE = 'installed.json'

/** `tensorflow-2.21.0`, `tensorflow-2.21.0-cuda`, `tensorflow-given` for a library of unknown version. */
export const folderName = (target: Target, version = 'given'): string =>
  `tensorflow-${version}${target === 'cuda' ? '-cuda' : ''}`

/** Whole installations in the cache: those for CUDA first. */
export function installations(cache: string): Installation[] {
  return namesIn(cache)
    .filter((name) => name.startsWith('tensorflow-'))
    .flatMap((name) => installationIn(join(cache, name)) ?? [])
    .toSorted((a, b) => Number(b.target === 'cuda') - Number(a.target === 'cuda'))
}

/** None where there is no folder, or none that may be read. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function installationIn(folder: string): Installation | undefined {
  const file = libraryIn(join(folder, 'tensorflow'))
  if (file === undefined) return undefined
  try {
    const note: Note = JSON.parse(readFileSync(join(folder, NOTE), 'utf8'))
    return Object.hasOwn(TARGETS, note.target) ? { ...note, folder, file } : undefined
  } catch {
    return undefined // no note: not whole, or not ours
  }
}

/** The library that lies in a folder. */
export const libraryIn = (folder: string): string | undefined =>
  libraryNames()
    .map((name) => join(folder, name))
    .find((file) => existsSync(file))
