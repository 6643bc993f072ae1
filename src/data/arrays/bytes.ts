/** Bytes of files and of members of archives, read some at a time. */
import { constants, createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { UserError } from '../../base/issue.js'
import { statOfFile } from '../../base/read-file.js'
import { reasonOf } from '../../base/reason.js'

export interface Bytes {
  /** For messages: the path of a file, or `data.npz: x` for a member of an archive. */
  readonly name: string
  /** How many there are; undefined if only the last one tells. */
  readonly size: number | undefined
  /** Starts to read from the first byte. */
  start(): Promise<ByteReader>
}

export interface ByteReader {
  /** Fills an array with the next bytes. Returns their number, which is smaller only at the end. */
  fill(into: Uint8Array): Promise<number>
  /** Does the same from any place, if the bytes are those of a file. */
  readonly fillFrom?: (at: number, into: Uint8Array) => Promise<number>
  close(): Promise<void>
}

/** Starts to read after the first `count` bytes. */
export async function startAfter(count: number, bytes: Bytes): Promise<ByteReader> {
  const reader = await bytes.start()
  try {
    await reader.fill(new Uint8Array(count))
    return reader
  } catch (error) {
    await reader.close()
    throw error
  }
}

/** Fills an array with the next bytes. Throws a UserError if there are fewer. */
export async function fillWhole(into: Uint8Array, reader: ByteReader, name: string): Promise<void> {
  if ((await reader.fill(into)) < into.length) throw new UserError(`${name}: is cut off`)
}

/** Throws a UserError if there are more bytes. */
export async function expectEnd(reader: ByteReader, name: string): Promise<void> {
  if ((await reader.fill(new Uint8Array(1))) > 0) throw new UserError(`${name}: has more bytes than its header states`)
}

/** Deflate makes data at most 1,032 times smaller (zlib.net/zlib_tech.html). */
export const MOST_DEFLATED = 1032

/** The bytes of a file. Throws a UserError if it is a folder, a device or a pipe. */
export async function fileBytes(path: string, name: string): Promise<Bytes> {
  const { size } = await statOfFile(path, name)
  return { name, size, start: async () => fileReader(await openFile(path)) }
}

/** Opens without waiting, because a pipe may have taken the place of the file. */
const openFile = (path: string) => open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))

function fileReader(file: FileHandle): ByteReader {
  let at = 0
  const fillFrom = async (from: number, into: Uint8Array) => {
    let done = 0
    while (done < into.length) {
      const { bytesRead } = await file.read(into, done, Math.min(into.length - done, MOST_AT_ONCE), from + done)
      if (bytesRead === 0) break
      done += bytesRead
    }
    return done
  }
  return {
    async fill(into) {
      const count = await fillFrom(at, into)
      at += count
      return count
    },
    fillFrom,
    close: () => file.close(),
  }
}

const MOST_AT_ONCE = 1 << 26

/** The unpacked bytes of a file that gzip packed. Its checksum is compared at the end. */
export async function gzipBytes(path: string, name: string): Promise<Bytes> {
  await fileBytes(path, name)
  return {
    name,
    size: undefined,
    async start() {
      const unpacked = pipeline(createReadStream(path), createGunzip(), () => {})
      return streamReader(unpacked, (error) =>
        /^Z_/.test((error as NodeJS.ErrnoException).code ?? '')
          ? new UserError(`${name}: is damaged or cut off: ${reasonOf(error)}`)
          : error,
      )
    },
  }
}

/** Reads the bytes of a stream. `inWords` turns an error of the stream into one for the user. */
export function streamReader(stream: Readable, inWords: (error: unknown) => unknown): ByteReader {
  const pieces: AsyncIterator<Uint8Array> = stream[Symbol.asyncIterator]()
  let rest: Uint8Array = new Uint8Array()
  return {
    async fill(into) {
      let at = 0
      while (at < into.length) {
        if (rest.length === 0) {
          const next = await pieces.next().catch((error) => {
            throw inWords(error)
          })
          if (next.done) break
          rest = next.value
        }
        const count = Math.min(rest.length, into.length - at)
        into.set(rest.subarray(0, count), at)
        rest = rest.subarray(count)
        at += count
      }
      return at
    },
    async close() {
      await pieces.return?.()
    },
  }
}
