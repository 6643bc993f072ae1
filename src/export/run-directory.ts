/** Creates the folder of a run. A run never shares a folder with anything else. */
import { mkdir, open, readdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { inWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { makeFolder } from '../base/make-folder.js'
import { counted, doneWith } from '../base/temporary.js'

/** Writes the first files into a folder. */
type Fill = (directory: string) => Promise<void>

/**
 * Creates `out`, which must be new or empty, or else `runs/<name>/<n>` with the next free number. Returns its path.
 * Until it is filled no other run can take it, and after that it is not empty.
 */
export const createRunDirectory = (name: string, out?: string, fill?: Fill): Promise<string> =>
  createNumbered(join('runs', name), out, fill)

/** The same, but with the next free number in `parent`. */
export async function createNumbered(parent: string, out?: string, fill: Fill = async () => {}): Promise<string> {
  const path = await inWords(MAKING, () => (out === undefined ? nextFree(parent) : newFolder(out)))
  try {
    await claimed(path, fill)
  } catch (error) {
    // removes the folder if it could not be filled, but only if it is empty
    await rmdir(path).catch(() => {})
    throw error
  }
  return path
}

/** Throws a UserError if a folder is not empty, or not a folder. A folder that does not exist counts as empty. */
export const checkEmpty = (path: string): Promise<void> => inWords(MAKING, () => empty(path))

const MAKING = 'create the folder of the run'

/** Runs that start at the same time get different numbers, because only one of them can create a folder. */
async function nextFree(parent: string): Promise<string> {
  await makeFolder(parent)
  const numbers = (await readdir(parent)).filter((entry) => /^[1-9]\d{0,14}$/.test(entry)).map(Number)
  for (let number = numbers.reduce((most, one) => Math.max(most, one), 0) + 1; ; number++) {
    const path = join(parent, String(number))
    try {
      await mkdir(path)
      return path
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

async function newFolder(path: string): Promise<string> {
  await makeFolder(path)
  return path
}

/** A file that exists while a run checks whether a folder is empty and fills it. */
const CLAIM = 'begins.tmp'

async function claimed(path: string, fill: Fill): Promise<void> {
  const claim = join(path, CLAIM)
  const isOurs = await inWords(MAKING, () => made(claim))
  if (!isOurs)
    throw new UserError(
      `Another run is starting in the folder ${path}. If none is, because it was killed, remove ${claim}.`,
    )
  try {
    await inWords(MAKING, () => empty(path))
    await fill(path)
  } finally {
    await rm(claim, { force: true })
    doneWith(claim)
  }
}

/** Creates the file. Returns false if it exists already. */
async function made(claim: string): Promise<boolean> {
  try {
    await (await open(claim, 'wx')).close()
    counted(claim)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function empty(path: string): Promise<void> {
  const entries = await readdir(path).catch((error) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const others = entries.filter((entry) => entry !== CLAIM)
  if (others.length === 0) return
  const some = others.length > 3 ? [...others.slice(0, 3), '...'] : others
  throw new UserError(`The folder ${path} is not empty (${some.join(', ')}); a run never overwrites anything.`)
}
