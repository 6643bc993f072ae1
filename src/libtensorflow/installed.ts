/** Installations of `train setup`: folders in the user's cache, each with a file that describes it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { libraryNames } from './contents.js'
import { TARGETS, type Target } from './target.js'

export const downloadsFolder = (cache: string): string => join(cache, 'downloads')

/** Folders where drivers keep the kernels and shaders that they compiled for a device. */
export const kernelsFolder = (cache: string): string => join(cache, 'cuda')
export const shadersFolder = (cache: string): string => join(cache, 'shaders')

/** The description of an installation, which is a file in its folder. */
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

/** Returns the complete installations in the cache, those for CUDA first. */
export function installations(cache: string): Installation[] {
  return namesIn(cache)
    .filter((name) => name.startsWith('tensorflow-'))
    .flatMap((name) => installationIn(join(cache, name)) ?? [])
    .toSorted((a, b) => Number(b.target === 'cuda') - Number(a.target === 'cuda'))
}

/** Returns an empty list if the folder does not exist or cannot be read. */
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
    return undefined // no description: incomplete, or not ours
  }
}

/** The path of the library in a folder, if it is there. */
export const libraryIn = (folder: string): string | undefined =>
  libraryNames()
    .map((name) => join(folder, name))
    .find((file) => existsSync(file))
