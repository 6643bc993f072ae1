/** Keeps a list of temporary files and folders, so that they can be removed when the process is ended during work. */
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

const there = new Set<string>()
let tell: (paths: readonly string[]) => void = () => {}

/** Characters of a name that are kept. Even with four bytes each, the new name is not too long for a file system. */
const KEPT = 40

/** Returns a temporary name in the same folder as `path`. It is in the list until `doneWith` is called. */
export function temporaryBeside(path: string): string {
  const name = `${[...basename(path)].slice(0, KEPT).join('')}.${randomBytes(6).toString('hex')}.tmp`
  return counted(join(dirname(path), name))
}

/** Adds a path to the list, and returns it. */
export function counted(temporary: string): string {
  there.add(temporary)
  tell([...there])
  return temporary
}

/** Removes a path from the list, after it was renamed or removed. */
export function doneWith(temporary: string): void {
  there.delete(temporary)
  tell([...there])
}

/** Calls `listener` with the list, now and after every change. */
export function watchTemporaries(listener: (paths: readonly string[]) => void): void {
  tell = listener
  tell([...there])
}

export function removeTemporaries(paths: Iterable<string> = there): void {
  for (const path of paths) rmSync(path, { recursive: true, force: true, maxRetries: 3 })
}

/** Names that `temporaryBeside` gives. */
const LEFT = /\.[0-9a-f]{12}\.tmp$/

/** Returns the paths of what a process has left that was killed during work, in a folder and all folders in it. */
export async function leftIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const each = entries.map(async (entry) => {
    const path = join(folder, entry.name)
    if (LEFT.test(entry.name)) return [path]
    return entry.isDirectory() ? leftIn(path) : []
  })
  return (await Promise.all(each)).flat()
}

/** Removes that. No other process may write into the folder. */
export async function removeLeft(folder: string): Promise<void> {
  for (const path of await leftIn(folder)) await rm(path, { recursive: true, force: true })
}
