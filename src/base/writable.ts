/** Checks whether a file can be written, as far as that can be known in advance. */
import { access, constants, lstat, realpath, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

export interface WritableOptions {
  /** True if a temporary file will replace the file; false if it will be appended to or emptied. */
  readonly replaced: boolean
  /** True if missing folders above it will be created. */
  readonly folders?: boolean
}

/** Throws a system error if a file could not be written because of its name, its folder, or what is there already. */
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

/**
 * Checks the path of a file or folder that will be created with the folders above it: each name must be valid, and the
 * first missing folder must be possible to create.
 */
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
      // the system checks a name only if the folder around it exists
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
