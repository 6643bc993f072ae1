/** Unpacks the files that an installation needs from a wheel, which is a zip archive. */
import { open } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import yauzl, { type Entry, type ZipFile } from 'yauzl'
import { fileProblem } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { makeFolder } from '../base/make-folder.js'
import { unpackedPath } from './contents.js'

export interface UnpackOptions {
  readonly signal: AbortSignal
  readonly onBytes?: (done: number) => void
}

/** Unpacks into `folder`. Returns the bytes written. Throws a UserError if the archive is damaged. */
export async function unpackWheel(wheel: string, folder: string, options: UnpackOptions): Promise<number> {
  let bytes = 0
  await withEntries(wheel, async (zip, entries) => {
    for (const entry of entries) {
      const path = unpackedPath(entry.fileName)
      if (path === undefined || entry.fileName.endsWith('/')) continue
      await extract(zip, entry, join(folder, path), (part) => {
        options.signal.throwIfAborted()
        bytes += part
        options.onBytes?.(bytes)
      })
    }
  })
  return bytes
}

/** Bytes that `unpackWheel` would write. */
export async function unpackedBytes(wheel: string): Promise<number> {
  let bytes = 0
  await withEntries(wheel, async (_, entries) => {
    for (const { fileName, uncompressedSize } of entries) {
      if (unpackedPath(fileName) !== undefined) bytes += uncompressedSize
    }
  })
  return bytes
}

async function withEntries(wheel: string, work: (zip: ZipFile, entries: readonly Entry[]) => Promise<void>) {
  let zip: ZipFile | undefined
  try {
    zip = await opened(wheel)
    await work(zip, await entriesOf(zip))
  } catch (error) {
    const { name, message } = error as Error
    if (error instanceof UserError || name === 'AbortError' || fileProblem(error) !== undefined) throw error
    throw new UserError(`${basename(wheel)} is not a complete wheel: ${message.replace(/\.$/, '')}.`)
  } finally {
    zip?.close()
  }
}

const opened = (path: string) =>
  new Promise<ZipFile>((resolve, reject) =>
    yauzl.open(path, { lazyEntries: true, autoClose: false }, (error, zip) => (error ? reject(error) : resolve(zip))),
  )

const entriesOf = (zip: ZipFile) =>
  new Promise<Entry[]>((resolve, reject) => {
    const entries: Entry[] = []
    zip.on('entry', (entry: Entry) => {
      entries.push(entry)
      zip.readEntry()
    })
    zip.on('end', () => resolve(entries))
    zip.on('error', reject)
    zip.readEntry()
  })

const PERMISSIONS = 0o777
const PLAIN = 0o644

async function extract(zip: ZipFile, entry: Entry, path: string, onBytes: (count: number) => void): Promise<void> {
  await makeFolder(dirname(path))
  const mode = (entry.externalFileAttributes >>> 16) & PERMISSIONS || PLAIN
  const stream = await new Promise<NodeJS.ReadableStream>((resolve, reject) =>
    zip.openReadStream(entry, (error, found) => (error ? reject(error) : resolve(found))),
  )
  const file = await open(path, 'wx', mode)
  try {
    let sum = 0
    for await (const part of stream as AsyncIterable<Buffer>) {
      onBytes(part.length)
      sum = crc32(part, sum)
      await file.writeFile(part)
    }
    if (sum !== entry.crc32) throw new Error(`the checksum of ${entry.fileName} differs`)
    await file.sync()
  } finally {
    await file.close()
  }
}
