/** Lists the files of a folder whose sub-folders are classes, as Keras does (keras/src/utils/dataset_utils.py). */
import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { firstNames } from '../../base/first-names.js'
import { UserError } from '../../base/issue.js'
import { visible } from '../../base/visible.js'
import { byName } from '../files.js'

export interface ListedFolder {
  /** Files in the order of their paths. */
  readonly files: readonly ListedFile[]
  /** Says what was left out. */
  readonly notes: readonly string[]
}

export interface ListedFile {
  /** Relative to the folder, with slashes. */
  readonly path: string
  /** Name of the sub-folder in which it lies; null for a file that lies in none. */
  readonly label: string | null
}

/** Limits on files of one kind, and of all kinds. */
const MOST_FILES = 1_000_000
const MOST_FOUND = 4 * MOST_FILES
const MOST_NAMED = 8

/** The files and folders that lie in a folder, at any depth. Hidden ones are never read. */
export interface Found {
  readonly folder: string
  /** Names of the sub-folders. */
  readonly classes: readonly string[]
  readonly hidden: string[]
  /** Links to folders that are not followed. */
  readonly links: string[]
  readonly files: ListedFile[]
}

/** Finds what lies in a folder. */
export async function searchFolder(folder: string, followLinks: boolean): Promise<Found> {
  const classes: string[] = []
  const found: Found = { folder, classes, hidden: [], links: [], files: [] }
  const places = new Set([await realpath(folder)])
  for (const { name, isFolder } of await entriesOf(folder, '', found, followLinks)) {
    if (isFolder) {
      classes.push(name)
      await walk(name, { label: name, followLinks, places, found })
    } else addFile(found, name, null)
  }
  return found
}

/** Lists the files that are wanted. `isWanted` says which names are those of content. */
export function listed(found: Found, isWanted: (name: string) => boolean): ListedFolder {
  const files = found.files.filter(({ path }) => isWanted(path))
  expectAtMost(MOST_FILES, files)
  const labelled = files.filter(({ label }) => label !== null)
  // files beside folders that are classes have no class, and are left out as in Keras
  return { files: labelled.length > 0 ? labelled : files, notes: notesOf(found, files) }
}

interface Walk {
  readonly label: string
  readonly followLinks: boolean
  /** Real paths of the folders that were visited, so that links make no circle. */
  readonly places: Set<string>
  readonly found: Found
}

async function walk(path: string, options: Walk): Promise<void> {
  const { label, followLinks, places, found } = options
  const place = await realpath(join(found.folder, path))
  if (places.has(place)) return
  places.add(place)
  for (const { name, isFolder } of await entriesOf(found.folder, path, found, followLinks)) {
    if (isFolder) await walk(`${path}/${name}`, options)
    else addFile(found, `${path}/${name}`, label)
  }
}

function addFile({ files }: Found, path: string, label: string | null): void {
  files.push({ path, label })
  expectAtMost(MOST_FOUND, files)
}

function expectAtMost(most: number, { length }: readonly ListedFile[]): void {
  if (length > most) throw new UserError(`the folder has more than ${most.toLocaleString('en')} files`)
}

/** Files that systems leave in folders. */
const OF_SYSTEMS = ['Thumbs.db', 'desktop.ini']

/** Files and folders that are not hidden, sorted by name. */
async function entriesOf(root: string, path: string, found: Found, followLinks: boolean) {
  const entries: { readonly name: string; readonly isFolder: boolean }[] = []
  for (const entry of await readdir(join(root, path), { withFileTypes: true })) {
    const { name } = entry
    const relative = path === '' ? name : `${path}/${name}`
    const kind = await kindOf(entry, join(root, relative))
    if (name.startsWith('.')) {
      if (kind === 'folder') found.hidden.push(relative)
    } else if (kind === 'folder' && entry.isSymbolicLink() && !followLinks) found.links.push(relative)
    else if (kind !== null && !OF_SYSTEMS.includes(name)) entries.push({ name, isFolder: kind === 'folder' })
  }
  return entries.toSorted((a, b) => byName(a.name, b.name))
}

/** Null for devices, pipes, and links to nothing. */
async function kindOf(entry: Dirent, path: string): Promise<'file' | 'folder' | null> {
  const about = entry.isSymbolicLink() ? await stat(path).catch(() => null) : entry
  if (about?.isDirectory()) return 'folder'
  return about?.isFile() ? 'file' : null
}

function notesOf({ folder, classes, hidden, links, files: all }: Found, files: readonly ListedFile[]): string[] {
  const named = (names: readonly string[]) => firstNames(names.map(visible), MOST_NAMED)
  const wanted = new Set(files)
  const others = all.filter((file) => !wanted.has(file))
  const labels = new Set(files.map(({ label }) => label))
  const empty = classes.filter((name) => !labels.has(name))
  const loose = files.filter(({ label }) => label === null)
  const some = (count: number, name: string) => `${count.toLocaleString('en')} ${name}${count === 1 ? '' : 's'}`
  const endings = [...new Set(others.map(({ path }) => extname(path) || path))]
  const lines = [
    [hidden, `left out hidden folders: ${named(hidden)}`],
    [links, `left out links to folders: ${named(links)}; "follow_links": true in "data" follows them`],
    [empty, `no files for these folders, which are no classes: ${named(empty)}`],
    [others, `left out ${some(others.length, 'file')} of other kinds: ${named(endings)}`],
    [loose.length < files.length ? loose : [], `left out ${some(loose.length, 'file')} beside the folders of classes`],
  ] as const
  return lines.flatMap(([list, words]) => (list.length > 0 ? [`${visible(folder)}: ${words}.`] : []))
}
