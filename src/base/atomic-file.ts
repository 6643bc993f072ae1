/** Writes files completely or not at all. */
import { lstat, open, readlink, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { about } from './file-problem.js'
import { openPipe, writeTo } from './pipe.js'
import { doneWith, temporaryBeside } from './temporary.js'

/** A file that gets its name when it is complete. */
export interface WholeFile {
  /** Appends data. */
  append(data: string | Uint8Array): Promise<void>
  /** Writes data over the beginning. A device or a pipe cannot do this. */
  rewrite?(data: Uint8Array): Promise<void>
  finish(): Promise<void>
  /** Leaves nothing behind, unless it is finished. */
  discard(): Promise<void>
}

/**
 * Writes a temporary file beside `path`, waits until it is on the disk, and renames it. A link stays and its target is
 * replaced. A device or pipe, such as `/dev/stdout`, is not replaced: it gets the data.
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  const file = await openWhole(path)
  try {
    await file.append(data)
    await file.finish()
  } finally {
    await file.discard()
  }
}

/** The same as `writeFileAtomic`, piece by piece. Every system error has `path`, even one about the temporary file. */
export async function openWhole(path: string): Promise<WholeFile> {
  return about(path, async () => {
    const found = await thereIs(path)
    if (found?.isDirectory()) throw Object.assign(new Error(`EISDIR: ${path}`), { code: 'EISDIR' })
    if (found?.isFIFO()) return pipe(path)
    return found && !found.isFile() ? device(path) : beside(await targetOf(path), path)
  })
}

const thereIs = (path: string) =>
  stat(path).catch((error) => {
    if (error.code !== 'ENOENT') throw error
  })

/** Follows links, also to a file that does not exist yet. */
async function targetOf(path: string): Promise<string> {
  if (await thereIs(path)) return realpath(path)
  const link = await lstat(path).catch(() => undefined)
  return link?.isSymbolicLink() ? targetOf(resolve(dirname(path), await readlink(path))) : path
}

async function beside(target: string, path: string): Promise<WholeFile> {
  const temporary = temporaryBeside(target)
  let isDone = false
  const file = await open(temporary, 'wx').catch((error) => {
    doneWith(temporary)
    throw error
  })
  let isOpen = true
  return {
    append: (data) => about(path, () => file.appendFile(data)),
    rewrite: (data) =>
      about(path, async () => {
        await file.write(data, 0, data.length, 0)
      }),
    finish: () =>
      about(path, async () => {
        await file.sync()
        isOpen = false
        await file.close()
        await rename(temporary, target)
        isDone = true
        doneWith(temporary)
        await syncFolder(dirname(target))
      }),
    async discard() {
      if (isOpen) await file.close().catch(() => {})
      isOpen = false
      if (isDone) return
      isDone = true
      await rm(temporary, { force: true })
      doneWith(temporary)
    },
  }
}

async function device(path: string): Promise<WholeFile> {
  const file = await open(path, 'w')
  return {
    append: (data) => about(path, () => file.appendFile(data)),
    finish: async () => {},
    discard: () => file.close(),
  }
}

async function pipe(path: string): Promise<WholeFile> {
  const stream = (await openPipe(path)).on('error', () => {})
  return {
    append: (data) => about(path, () => writeTo(stream, data)),
    finish: async () => {},
    async discard() {
      stream.destroySoon()
    },
  }
}

/** Writes the rename itself to the disk. Windows cannot open a folder, and does not need this. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
