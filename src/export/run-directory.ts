/** Creates the folder of a run. A run never shares a folder with anything else. */
import { mkdir, readdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { inWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { makeFolder } from '../base/make-folder.js'
import { numbersIn } from '../base/numbered.js'
import { removeLeft } from '../base/temporary.js'
import { RUN_FILES } from '../spec/run-files.js'
import { type Lock, lockRun } from './run-lock.js'

/** Writes the first files into a folder. */
type Fill = (directory: string) => Promise<void>

/** The folder of a run that is under way. No other run can write into it before the lock is released. */
export interface OwnFolder {
  readonly directory: string
  readonly lock: Lock
}

/**
 * Creates `out`, which must be new or empty, or else `runs/<name>/<n>` with the next free number. Fills it, so that it
 * is not empty when the lock is released.
 */
export const createRunDirectory = (name: string, out?: string, fill?: Fill): Promise<OwnFolder> =>
  filled(join('runs', name), out, fill)

/** The same, but with the next free number in `parent`, and for files that are all written by `fill`. Returns the path. */
export async function createNumbered(parent: string, out: string | undefined, fill: Fill): Promise<string> {
  const { directory, lock } = await filled(parent, out, fill)
  await lock.release()
  return directory
}

/** Creates `runs/<name>/<n>` with the next free number, empty, for a process that is started later. */
export const reserveRunDirectory = (name: string): Promise<string> =>
  inWords(MAKING, () => nextFree(join('runs', name)))

async function filled(parent: string, out: string | undefined, fill: Fill = async () => {}): Promise<OwnFolder> {
  const directory = await inWords(MAKING, () => (out === undefined ? nextFree(parent) : newFolder(out)))
  try {
    return { directory, lock: await lockedAndFilled(directory, fill) }
  } catch (error) {
    // removes the folder if it could not be filled, but only if it is empty
    await rmdir(directory).catch(() => {})
    throw error
  }
}

async function lockedAndFilled(directory: string, fill: Fill): Promise<Lock> {
  const lock = await lockRun(directory)
  try {
    await inWords(MAKING, () => empty(directory))
    await inWords(MAKING, () => removeLeft(directory))
    await fill(directory)
    return lock
  } catch (error) {
    await lock.release()
    throw error
  }
}

/** Throws a UserError if a folder is not empty, or not a folder. A folder that does not exist counts as empty. */
export const checkEmpty = (path: string): Promise<void> => inWords(MAKING, () => empty(path))

const MAKING = 'create the folder of the run'

/** Runs that start at the same time get different numbers, because only one of them can create a folder. */
async function nextFree(parent: string): Promise<string> {
  await makeFolder(parent)
  const last = numbersIn(await readdir(parent)).at(-1) ?? 0
  for (let number = last + 1; ; number++) {
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

/** The files that a run leaves if it is killed before it has written its spec. */
const LEFTOVERS = new RegExp(
  `^(${RUN_FILES.lock}|${RUN_FILES.preparation}|(${RUN_FILES.spec}|${RUN_FILES.preparation}|${RUN_FILES.lock})\\.[0-9a-f]+\\.tmp)$`,
)

async function empty(path: string): Promise<void> {
  const entries = await readdir(path).catch((error) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const others = entries.filter((entry) => !LEFTOVERS.test(entry))
  if (others.length === 0) return
  const some = others.length > 3 ? [...others.slice(0, 3), '...'] : others
  throw new UserError(`The folder ${path} is not empty (${some.join(', ')}); a run never overwrites anything.`)
}
