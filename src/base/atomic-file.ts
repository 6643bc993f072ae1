/** Files that are written whole or not at all. */
import { randomBytes } from 'node:crypto'
import { open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Writes a temporary file beside `path`, waits until it is on the disk, and renames it. A link stays and its target is
 * replaced. A device or pipe, such as `/dev/stdout`, is not replaced: it gets the data.
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (found && !found.isFile()) await writeFile(path, data)
  else await replace(found ? await realpath(path) : path, data)
}

async function replace(path: string, data: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const file = await open(temporary, 'wx')
    try {
      await file.writeFile(data)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Makes the rename itself last; Windows cannot open a folder and needs no such step. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
