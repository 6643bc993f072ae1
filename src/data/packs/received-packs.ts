/**
 * Packs that come from another machine in pieces. A pack is named by the SHA-256 of its bytes, so that one that was
 * received before is found again, and damage is seen.
 */
import { createHash, type Hash } from 'node:crypto'
import { closeSync } from 'node:fs'
import { type FileHandle, open, rename, rm, statfs, utimes } from 'node:fs/promises'
import { dirname } from 'node:path'
import { formatBytes } from '../../base/bytes.js'
import { about, inWords } from '../../base/file-problem.js'
import { UserError } from '../../base/issue.js'
import { makeFolder } from '../../base/make-folder.js'
import { doneWith, temporaryBeside } from '../../base/temporary.js'
import { openPack } from './pack-file.js'
import { makeRoom, packPath } from './pack-folder.js'

/** Receives one pack at a time. All functions throw a UserError if the disk is full or read-only. */
export interface ReceivedPacks {
  /**
   * Returns how many bytes of a pack are there: all, if it is there as a whole and undamaged; those that were added
   * before; or none. Pieces that are added now belong to it.
   */
  begin(sha256: string, bytes: number): Promise<number>
  /** Adds a piece. Returns how many bytes are there: none, if all have come and are not those of the pack. */
  add(piece: Uint8Array): Promise<number>
  /** Leaves nothing of a pack that is not whole. */
  close(): Promise<void>
}

/** A pack of which some bytes have come. */
interface Begun {
  readonly sha256: string
  readonly bytes: number
  readonly path: string
  readonly temporary: string
  readonly file: FileHandle
  readonly hash: Hash
  done: number
}

const DEED = 'keep the data'

/** `free` returns the bytes that are free on the disk of a folder. */
export function receivedPacks(free: (folder: string) => Promise<number> = freeBytes): ReceivedPacks {
  let begun: Begun | null = null

  const discard = async () => {
    if (begun === null) return
    const { file, temporary } = begun
    begun = null
    await file.close().catch(() => {})
    await rm(temporary, { force: true })
    doneWith(temporary)
  }

  const create = async (sha256: string, bytes: number) => {
    const path = packPath(sha256)
    await inWords(DEED, () => makeFolder(dirname(path)))
    await makeRoom(bytes)
    await requireRoom(dirname(path), bytes, free)
    const temporary = temporaryBeside(path)
    try {
      const file = await inWords(DEED, () => about(path, () => open(temporary, 'wx+')))
      begun = { ...{ sha256, bytes, path, temporary, file }, hash: createHash('sha256'), done: 0 }
    } catch (error) {
      doneWith(temporary)
      throw error
    }
  }

  return {
    async begin(sha256, bytes) {
      if (begun?.sha256 === sha256 && begun.bytes === bytes) return begun.done
      await discard()
      const path = packPath(sha256)
      if ((await hashOf(path)) === sha256) {
        // counts as used now
        await utimes(path, new Date(), new Date()).catch(() => {})
        return bytes
      }
      await rm(path, { force: true }).catch(() => {})
      await create(sha256, bytes)
      return 0
    },

    async add(piece) {
      const one = begun
      if (one === null) throw new Error('internal: a piece of no pack')
      const { path, temporary, file, hash, sha256, bytes } = one
      if (one.done + piece.length > bytes) throw new Error('a pack has more bytes than it should have')
      try {
        await inWords(DEED, () => about(path, () => writeAll(file, piece, one.done)))
      } catch (error) {
        await discard()
        throw error
      }
      hash.update(piece)
      one.done += piece.length
      if (one.done < bytes) return one.done
      if (hash.digest('hex') !== sha256 || !isPack(temporary)) {
        await discard()
        await create(sha256, bytes)
        return 0
      }
      try {
        await inWords(DEED, () =>
          about(path, async () => {
            await file.datasync()
            await file.close()
            await rename(temporary, path)
          }),
        )
        doneWith(temporary)
        begun = null
      } finally {
        await discard()
      }
      return bytes
    },

    close: discard,
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    at += (await file.write(bytes, at, bytes.length - at, position + at)).bytesWritten
  }
}

/** Looks for the description of a pack. */
function isPack(path: string): boolean {
  const pack = openPack(path)
  if (pack) closeSync(pack.descriptor)
  return pack !== undefined
}

async function requireRoom(folder: string, bytes: number, free: (folder: string) => Promise<number>): Promise<void> {
  const found = await free(folder)
  if (bytes <= found) return
  throw new UserError(
    `Cannot ${DEED}: they need ${formatBytes(bytes)}, and ${formatBytes(found)} are free on the disk of ${folder}.`,
  )
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** The SHA-256 of a file in hexadecimal digits; null if it cannot be read. */
async function hashOf(path: string): Promise<string | null> {
  const hash = createHash('sha256')
  try {
    const file = await open(path)
    for await (const bytes of file.createReadStream({ highWaterMark: AT_ONCE })) hash.update(bytes)
    return hash.digest('hex')
  } catch {
    return null
  }
}

/** Bytes that are read at a time. */
const AT_ONCE = 2 ** 20
