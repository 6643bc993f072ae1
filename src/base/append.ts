/** Adding to files. */
import type { FileHandle } from 'node:fs/promises'

/** Adds all of it or nothing: what does not fit any more is taken back. */
export async function appendWhole(file: FileHandle, data: string | Uint8Array): Promise<void> {
  const { size } = await file.stat()
  try {
    await file.appendFile(data)
  } catch (error) {
    // a device has no length
    await file.truncate(size).catch(() => {})
    throw error
  }
}
