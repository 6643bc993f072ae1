/** Reads whole files that other programs made, up to a limit. */
import { closeSync, openSync, readSync, type Stats, statSync } from 'node:fs'
import { constants, open, stat } from 'node:fs/promises'
import { formatBytes } from './bytes.js'
import { UserError } from './issue.js'

/** Bytes that are read at once. */
const PIECE = 1 << 26

/** Throws a UserError if a path, called `name` in its message, is that of a folder, a device or a pipe. */
export async function statOfFile(path: string, name = path): Promise<Stats> {
  return expectFile(await stat(path), name)
}

function expectFile(found: Stats, name: string): Stats {
  if (found.isFile()) return found
  throw new UserError(`${name}: is a ${found.isDirectory() ? 'folder' : 'device or a pipe'}, must be a file`)
}

function expectAtMost(size: number, most: number, path: string): void {
  if (size > most) throw new UserError(`${path}: has ${formatBytes(size)}, must have at most ${formatBytes(most)}`)
}

// non-blocking, because a pipe may have taken the place of the file
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

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
  expectAtMost(size, most, path)
  const file = await open(path, READ)
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

/** Does the same while this thread waits, which takes a fraction of the time for a small file. */
export function readWholeSync(path: string, most: number): Uint8Array {
  const { size } = expectFile(statSync(path), path)
  expectAtMost(size, most, path)
  const file = openSync(path, READ)
  try {
    const bytes = new Uint8Array(size)
    let at = 0
    while (at < size) {
      const read = readSync(file, bytes, at, Math.min(PIECE, size - at), at)
      if (read === 0) return bytes.subarray(0, at)
      at += read
    }
    return bytes
  } finally {
    closeSync(file)
  }
}
