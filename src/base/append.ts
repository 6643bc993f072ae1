/** Adding to files. */
import { type FileHandle, realpath, rm } from 'node:fs/promises'

/** Adds all of it or nothing: what does not fit any more is taken back, with the file where it had nothing yet. */
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
