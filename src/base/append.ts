/** Appends to files. */
import { type FileHandle, realpath, rm } from 'node:fs/promises'

/**
 * Appends all of the data or nothing. If it does not fit, cuts off what was written, or removes a file that was empty.
 */
export async function appendWhole(path: string, file: FileHandle, data: string | Uint8Array): Promise<void> {
  const found = await file.stat()
  try {
    await file.appendFile(data)
  } catch (error) {
    // a device has no length
    if (found.isFile()) {
      await file.truncate(found.size).catch(() => {})
      if (found.size === 0) await rm(await realpath(path)).catch(() => {})
    }
    throw error
  }
}
