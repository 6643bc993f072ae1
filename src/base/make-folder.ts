/** Creates folders. Node's recursive `mkdir` never ends if the system says that an existing folder is missing. */
import { lstat, mkdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { ourOwnProblem } from './file-problem.js'

/**
 * Creates a folder and the folders above it, if they are missing. `within` is one of these that must exist. Throws the
 * errors of `mkdir`.
 */
export async function makeFolder(path: string, within?: string): Promise<void> {
  if (within !== undefined && resolve(path) === resolve(within)) {
    await stat(path)
    return
  }
  const problem = await made(path)
  if (problem === undefined) return
  const above = dirname(path)
  if (problem.code !== 'ENOENT' || above === path) throw problem
  await makeFolder(above, within)
  const again = await made(path)
  if (again?.code === 'ENOENT') throw ourOwnProblem(above === '.' ? 'EGONE' : 'ENOWHERE', path)
  if (again !== undefined) throw again
}

/** Returns an error, but none for a folder that exists: it may be the root of a disk, or on a read-only disk. */
async function made(path: string): Promise<NodeJS.ErrnoException | undefined> {
  try {
    await mkdir(path)
    return undefined
  } catch (error) {
    if ((await stat(path).catch(() => undefined))?.isDirectory()) return undefined
    const isDangling = (error as NodeJS.ErrnoException).code === 'EEXIST' && (await leadsNowhere(path))
    if (isDangling) return ourOwnProblem('EDANGLING', path)
    return error as NodeJS.ErrnoException
  }
}

async function leadsNowhere(path: string): Promise<boolean> {
  if (!(await lstat(path)).isSymbolicLink()) return false
  const { code } = await stat(path).then(
    () => ({ code: undefined }),
    (error: NodeJS.ErrnoException) => error,
  )
  return code === 'ENOENT'
}
