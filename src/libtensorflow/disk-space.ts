/** Space on a disk: how much is free, and how much a folder takes. */
import { lstat, readdir, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Bytes that may still be written where a folder lies, or will lie. */
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

/** Nothing is there, or could be: a part of the path is a file. */
const isAbsent = (error: unknown): boolean => /^(ENOENT|ENOTDIR)$/.test((error as NodeJS.ErrnoException).code ?? '')

/** Bytes of the files in a folder, or of a file; 0 for what is not there. */
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
