/** The folder of a run: its own, and never one that holds something else. */
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileProblem } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'

/** Makes `out`, which must be new or empty; without it `runs/<name>/<n>` with the next free number. Gives its path. */
export const createRunDirectory = (name: string, out?: string): Promise<string> =>
  createNumbered(join('runs', name), out)

/** Makes `out`, which must be new or empty; without it the next free number in `parent`. Gives its path. */
export const createNumbered = (parent: string, out?: string): Promise<string> =>
  inWords(() => (out === undefined ? nextFree(parent) : newOrEmpty(out)))

/** Throws a UserError where a folder holds something or is none; one that does not exist holds nothing. */
export const checkEmpty = (path: string): Promise<void> => inWords(() => empty(path))

async function inWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof UserError) throw error
    const problem = fileProblem(error)
    if (problem === undefined) throw error
    throw new UserError(`Cannot make the folder of the run: ${problem}.`)
  }
}

/** Two runs that start at once get two numbers: only one of them makes a folder. */
async function nextFree(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true })
  const numbers = (await readdir(parent)).filter((entry) => /^[1-9]\d{0,14}$/.test(entry)).map(Number)
  for (let number = Math.max(0, ...numbers) + 1; ; number++) {
    const path = join(parent, String(number))
    try {
      await mkdir(path)
      return path
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

async function newOrEmpty(path: string): Promise<string> {
  await mkdir(path, { recursive: true })
  await empty(path)
  return path
}

async function empty(path: string): Promise<void> {
  const entries = await readdir(path).catch((error) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  if (entries.length === 0) return
  const some = entries.length > 3 ? [...entries.slice(0, 3), '...'] : entries
  throw new UserError(`The folder ${path} is not empty (${some.join(', ')}); a run is never written over anything.`)
}
