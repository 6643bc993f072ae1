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

/** Limit on files. */
const MOST_FILES = 1_000_000
const MOST_NAMED = 8

/** `isWanted` says which names are those of content. Hidden files and folders are never read. */
export async function listFolder(
  folder: string,
  isWanted: (name: string) => boolean,
  followLinks: boolean,
): Promise<ListedFolder> {
  const found: Found = { hidden: [], links: [], others: [], files: [] }
  const places = new Set([await realpath(folder)])
  const empty: string[] = []
  for (const { name, isFolder } of await entriesOf(folder, '', found, followLinks)) {
    if (!isFolder) {
      sortFile(name, null, isWanted, found)
      continue
    }
    const before = found.files.length
    await walk(folder, name, { label: name, isWanted, followLinks, places, found })
    if (found.files.length === before) empty.push(name)
  }
  const labelled = found.files.filter(({ label }) => label !== null)
  // files beside folders that are classes have no class, and are left out as in Keras
  return { files: labelled.length > 0 ? labelled : found.files, notes: notesOf(folder, found, empty) }
}

interface Found {
  readonly hidden: string[]
  /** Links to folders that are not followed. */
  readonly links: string[]
  /** Files of other endings. */
  readonly others: string[]
  readonly files: ListedFile[]
}

interface Walk {
  readonly label: string
  readonly isWanted: (name: string) => boolean
  readonly followLinks: boolean
  /** Real paths of the folders that were visited, so that links make no circle. */
  readonly places: Set<string>
  readonly found: Found
}

async function walk(root: string, path: string, options: Walk): Promise<void> {
  const { label, isWanted, followLinks, places, found } = options
  const place = await realpath(join(root, path))
  if (places.has(place)) return
  places.add(place)
  for (const { name, isFolder } of await entriesOf(root, path, found, followLinks)) {
    if (isFolder) await walk(root, `${path}/${name}`, options)
    else sortFile(`${path}/${name}`, label, isWanted, found)
  }
}

function sortFile(path: string, label: string | null, isWanted: (name: string) => boolean, found: Found): void {
  if (!isWanted(path)) found.others.push(path)
  else if (found.files.push({ path, label }) > MOST_FILES) {
    throw new UserError(`the folder has more than ${MOST_FILES.toLocaleString('en')} files`)
  }
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

function notesOf(folder: string, { hidden, links, others, files }: Found, empty: readonly string[]): string[] {
  const named = (names: readonly string[]) => firstNames(names.map(visible), MOST_NAMED)
  const loose = files.filter(({ label }) => label === null)
  const some = (count: number, name: string) => `${count.toLocaleString('en')} ${name}${count === 1 ? '' : 's'}`
  const endings = [...new Set(others.map((path) => extname(path) || path))]
  const lines = [
    [hidden, `left out hidden folders: ${named(hidden)}`],
    [links, `left out links to folders: ${named(links)}; "follow_links": true in "data" follows them`],
    [empty, `no files for these folders, which are no classes: ${named(empty)}`],
    [others, `left out ${some(others.length, 'file')} of other kinds: ${named(endings)}`],
    [loose.length < files.length ? loose : [], `left out ${some(loose.length, 'file')} beside the folders of classes`],
  ] as const
  return lines.flatMap(([list, words]) => (list.length > 0 ? [`${visible(folder)}: ${words}.`] : []))
}
