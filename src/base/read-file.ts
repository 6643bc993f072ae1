/** Reads whole files that other programs made, up to a limit. */
import type { Stats } from 'node:fs'
import { constants, open, stat } from 'node:fs/promises'
import { formatBytes } from './bytes.js'
import { UserError } from './issue.js'

/** Bytes that are read at once. */
const PIECE = 1 << 26

/** Throws a UserError if a path, called `name` in its message, is that of a folder, a device or a pipe. */
export async function statOfFile(path: string, name = path): Promise<Stats> {
  const found = await stat(path)
  if (found.isFile()) return found
  throw new UserError(`${name}: is a ${found.isDirectory() ? 'folder' : 'device or a pipe'}, must be a file`)
}

/**
 * Returns the bytes of a file. Throws a UserError that names the file if it is a folder, a device or a pipe, or if it
 * has more than `most` bytes, or another number than `exactly`.
 */
export async function readWhole(path: string, limits: { most: number; exactly?: number }): Promise<Uint8Array> {
  const { most, exactly } = limits
  const { size } = await statOfFile(path)
  if (exactly !== undefined && size !== exactly) {
    throw new UserError(`${path}: found ${size} bytes, must be ${exactly}; the file is damaged`)
  }
  if (size > most) throw new UserError(`${path}: has ${formatBytes(size)}, must have at most ${formatBytes(most)}`)
  // non-blocking, because a pipe may have taken the place of the file
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const bytes = new Uint8Array(size)
    let at = 0
    while (at < size) {
      const { bytesRead } = await file.read(bytes, at, Math.min(PIECE, size - at), at)
      if (bytesRead === 0) return bytes.subarray(0, at)
      at += bytesRead
    }
    return bytes
  } finally {
    await file.close()
  }
}
