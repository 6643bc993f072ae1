/** Whether a file could be written, as far as that can be known before. */
import { access, constants, lstat, realpath, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

export interface WritableOptions {
  /** A temporary file is to take its place; else it is added to or emptied. */
  readonly replaced: boolean
  /** Folders above it that are missing are made. */
  readonly folders?: boolean
}

/** Throws as the system does where a file could not be written, for its name, its place, or what is there already. */
export async function checkWritable(path: string, { replaced, folders = false }: WritableOptions): Promise<void> {
  const found = await stat(path).catch((error) => {
    if (error.code !== 'ENOENT') throw error
  })
  if (found?.isDirectory() || path.endsWith('/')) throw Object.assign(new Error(), { code: 'EISDIR', path })
  if (found?.isSocket()) throw Object.assign(new Error(), { code: 'ENXIO', path })
  if (found) {
    await access(path, constants.W_OK)
    if (found.isFile() && replaced) await access(dirname(await realpath(path)), constants.W_OK)
    return
  }
  if (!folders) return access(dirname(path), constants.W_OK)
  await checkNewPath(path)
}

/** Of a file or folder that is to be made with those above it: that each name will do, and that the first can be made. */
export async function checkNewPath(path: string): Promise<void> {
  const missing: string[] = []
  for (let there = resolve(path); ; there = dirname(there)) {
    const found = await lstat(there).catch((error) => {
      if (error.code !== 'ENOENT') throw Object.assign(error, { path })
    })
    if (found) {
      if (missing.length === 0) return
      const folder = await stat(there)
      if (!folder.isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR', path })
      await access(there, constants.W_OK)
      // the system looks at a name only where the folder around it is there
      for (const name of missing) {
        await lstat(join(there, name)).catch((error) => {
          if (error.code !== 'ENOENT') throw Object.assign(error, { path })
        })
      }
      return
    }
    missing.push(there.slice(dirname(there).length).replace(/^[/\\]/, ''))
  }
}
