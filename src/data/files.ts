/** Finds the files of a source: a path, a pattern, or a list of these. */
import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, resolve } from 'node:path'
import { byCodePoint } from '../base/code-points.js'
import { UserError } from '../base/issue.js'
import { nearest } from '../base/nearest.js'
import { isUrl } from '../base/url.js'
import { patternAt } from './pattern.js'

/** Files of one source. */
const MOST_FILES = 1_000_000

/**
 * Returns the paths of the files, relative to `folder` unless they are given from the root. In a pattern `*` and `?`
 * stand for characters of a name, `[a-c]` for one of these, and `**` for folders. It does not find names that begin with
 * a dot. Its files are sorted by name, whole numbers by value: `s9.npy` comes before `s10.npy`. A list keeps its order.
 *
 * `download` brings the file of an address (http or https) and returns its path.
 *
 * Throws a UserError if a file is missing, a pattern finds none, or a file comes twice.
 */
export async function filesOf(
  source: string | readonly string[],
  folder: string,
  download: (url: string) => Promise<string>,
): Promise<readonly string[]> {
  const paths: string[] = []
  const places = new Set<string>()
  for (const one of typeof source === 'string' ? [source] : source) {
    for (const path of isUrl(one) ? [await download(one)] : await pathsOf(one, folder)) {
      const place = resolve(folder, path)
      if (places.has(place)) throw new UserError(`${path}: comes twice in the source`)
      if (paths.length === MOST_FILES) throw new UserError(`${one}: finds more than ${MOST_FILES} files`)
      places.add(place)
      paths.push(path)
    }
  }
  if (paths.length === 0) throw new UserError(NO_FILE)
  return paths
}

const NO_FILE = 'the source names no file'

async function pathsOf(path: string, folder: string): Promise<readonly string[]> {
  if (path === '') throw new UserError(NO_FILE)
  const place = resolve(folder, path)
  const found = await stat(place).catch(() => undefined)
  if (found?.isFile()) return [path]
  if (found?.isDirectory()) {
    throw new UserError(
      `${path}: is a folder, must be a file; a pattern such as "${await patternFor(path, place)}" names its files`,
    )
  }
  if (found) throw new UserError(`${path}: is a device or a pipe, must be a file`)
  if (patternAt(path) < 0) throw new UserError(await missing(path, place))
  const matches = await matching(path, folder)
  if (matches.length > 0) return matches.toSorted(byName)
  const fixed = path.slice(0, patternAt(path)).replace(/[^/\\]*$/, '')
  const isThere = fixed === '' || existsSync(resolve(folder, fixed))
  throw new UserError(
    isThere
      ? `${path}: no file matches this pattern in ${resolve(folder, fixed)}`
      : await missing(path, resolve(folder, fixed, 'any')),
  )
}

/** A pattern for the most frequent kind of files in a folder, which lies at `place`. */
export const patternFor = async (folder: string, place: string): Promise<string> =>
  `${folder.replace(/[/\\]$/, '')}/${await commonName(place)}`

/** A pattern for the most frequent ending of the files in a folder. */
async function commonName(folder: string): Promise<string> {
  const counts = new Map<string, number>()
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const ending = /[^.](\.[^.]+(?:\.gz)?)$/.exec(entry.name)?.[1]
    if (entry.isFile() && ending !== undefined) counts.set(ending, (counts.get(ending) ?? 0) + 1)
  }
  const [most] = [...counts].toSorted(([, a], [, b]) => b - a)
  return `*${most?.[0] ?? ''}`
}

/** Says which part of a path is missing, and the nearest name there is. */
async function missing(path: string, place: string): Promise<string> {
  let odd = place
  while (dirname(odd) !== odd && !existsSync(dirname(odd))) odd = dirname(odd)
  const names = await readdir(dirname(odd)).catch(() => [])
  const near = nearest(basename(odd), names)
  const kind = odd === place ? 'file or folder' : 'folder'
  const hint = near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`
  return `${path}: there is no ${kind} ${JSON.stringify(basename(odd))} in ${dirname(odd)}${hint}`
}

async function matching(pattern: string, folder: string): Promise<readonly string[]> {
  const { glob } = await import('tinyglobby')
  const given = process.platform === 'win32' ? pattern.replaceAll('\\', '/') : pattern
  // of the other signs with a meaning, none is ours
  const matches = await glob(given.replace(/^!|[(){}|+@]/g, '\\$&'), {
    cwd: folder,
    absolute: isAbsolute(pattern),
    expandDirectories: false,
    braceExpansion: false,
    extglob: false,
  })
  // a class of characters that leaves some out finds names that begin with a dot
  return HIDDEN.test(given) ? matches : matches.filter((path) => !HIDDEN.test(path))
}

/** A name that begins with a dot, in a path. */
const HIDDEN = /(?:^|\/)\.(?!\.?(?:\/|$))/

/** Compares names piece by piece: whole numbers by value, other text by code point. */
export function byName(a: string, b: string): number {
  const [some, others] = [piecesOf(a), piecesOf(b)]
  for (const [index, piece] of some.entries()) {
    const other = others[index]
    if (other === undefined) return 1
    const order = /^\d/.test(piece) && /^\d/.test(other) ? byValue(piece, other) : byCodePoint(piece, other)
    if (order !== 0) return order
  }
  return some.length - others.length || byCodePoint(a, b)
}

const piecesOf = (name: string): string[] => name.match(/\d+|\D+/g) ?? []

function byValue(a: string, b: string): number {
  const [some, others] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')]
  return some.length - others.length || byCodePoint(some, others)
}
