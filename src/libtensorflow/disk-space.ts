/** Measures disk space: how much is free, and how much a folder uses. */
import { lstat, readdir, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Returns the free bytes on the disk of a folder, which may not exist yet. */
export async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch (error) {
    const above = dirname(folder)
    if (!isAbsent(error) || above === folder) throw error
    return freeBytes(above)
  }
}

/** True if the path does not exist, or cannot exist because a part of it is a file. */
const isAbsent = (error: unknown): boolean => /^(ENOENT|ENOTDIR)$/.test((error as NodeJS.ErrnoException).code ?? '')

/** Returns the bytes of a file, or of the files in a folder; 0 if it does not exist. */
export async function bytesIn(path: string): Promise<number> {
  try {
    const found = await lstat(path)
    if (!found.isDirectory()) return found.size
    const inner = await Promise.all((await readdir(path)).map((name) => bytesIn(join(path, name))))
    return inner.reduce((sum, bytes) => sum + bytes, 0)
  } catch (error) {
    if (isAbsent(error)) return 0
    throw error
  }
}
