/** Copies of files from the network in the user's cache: a folder for each address, in it one for each copy. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bytesOf } from '../../base/download.js'
import { jsonText } from '../../base/json.js'
import { makeFolder } from '../../base/make-folder.js'
import { doneWith, temporaryBeside } from '../../base/temporary.js'

/** A complete copy. Its folder holds the file and the note. */
export interface Copy {
  readonly folder: string
  readonly path: string
  readonly note: Note
}

export interface Note {
  /** The address without password and query, for people who look into the folder. */
  readonly url: string
  readonly name: string
  readonly bytes: number
  /** When the server last said that the copy is the same as its file, in milliseconds since 1970. */
  readonly checked: number
  readonly etag: string | null
  readonly lastModified: string | null
}

/** Names of files cannot begin with a dot here. */
const NOTE = '.copy.json'

/** The folder of an address. */
export const copiesOf = (cache: string, url: string): string =>
  join(cache, 'urls', createHash('sha256').update(url).digest('hex').slice(0, 32))

/** Returns the newest copy in the folder of an address. */
export async function newestCopy(folder: string): Promise<Copy | undefined> {
  const names = await readdir(folder).catch(() => [])
  const copies = await Promise.all(names.map((name) => copyIn(join(folder, name))))
  return copies.filter((copy) => copy !== undefined).toSorted((a, b) => b.note.checked - a.note.checked)[0]
}

async function copyIn(folder: string): Promise<Copy | undefined> {
  try {
    const note: Note = JSON.parse(await readFile(join(folder, NOTE), 'utf8'))
    const path = join(folder, note.name)
    return (await bytesOf(path)) === note.bytes ? { folder, path, note } : undefined
  } catch {
    return undefined // incomplete, or not ours
  }
}

/** Writes the note of a copy. */
export const writeNote = (folder: string, note: Note): Promise<void> => writeFile(join(folder, NOTE), jsonText(note))

/** A copy that is being made. */
export interface Draft {
  readonly folder: string
  readonly path: string
  /** The mark of the version that the file is a part of, as the server gave it; null if it gave none. */
  mark(): Promise<string | null>
  setMark(mark: string | null): Promise<void>
}

const DRAFT = 'part'
const FILE = 'data'
const MARK = '.mark'

/**
 * Makes a copy: `fill` writes the file of the draft, and returns its note. After an error what was written is kept for
 * the next try. Two processes that do this at once work in folders of their own, because a folder is renamed at once.
 */
export async function makeCopy(folder: string, fill: (draft: Draft) => Promise<Note>): Promise<Copy> {
  await makeFolder(folder)
  const began = Date.now()
  const kept = join(folder, DRAFT)
  const own = temporaryBeside(kept)
  try {
    await rename(kept, own).catch((error) => {
      if (error.code !== 'ENOENT') throw error
      return mkdir(own)
    })
    const note = await fill(draftIn(own))
    await rename(join(own, FILE), join(own, note.name))
    await writeNote(own, note)
    const done = join(folder, randomBytes(8).toString('hex'))
    await rename(own, done)
    await removeOlder(folder, began - LONG)
    return { folder: done, path: join(done, note.name), note }
  } catch (error) {
    const isEmpty = (await bytesOf(join(own, FILE)).catch(() => 0)) === 0
    if (isEmpty || !(await isRenamed(own, kept))) await rm(own, { recursive: true, force: true })
    throw error
  } finally {
    doneWith(own)
  }
}

const isRenamed = (from: string, to: string): Promise<boolean> =>
  rename(from, to).then(
    () => true,
    () => false,
  )

const draftIn = (folder: string): Draft => ({
  folder,
  path: join(folder, FILE),
  mark: () => readFile(join(folder, MARK), 'utf8').catch(() => null),
  setMark: (mark) => (mark === null ? rm(join(folder, MARK), { force: true }) : writeFile(join(folder, MARK), mark)),
})

/** A run of another process may use a copy for so long after the server was last asked about it, in milliseconds. */
const LONG = 24 * 3600 * 1000

/** Removes copies that were last compared before a time. */
async function removeOlder(folder: string, time: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const copy = await copyIn(join(folder, name))
    if (copy && copy.note.checked < time) await rm(copy.folder, { recursive: true, force: true })
  }
}
