/** A temporary file that has no name, so that nothing is left of it when the process ends. */
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../../base/cache-folder.js'
import { about, inWords } from '../../base/file-problem.js'
import { makeFolder } from '../../base/make-folder.js'
import { doneWith, temporaryBeside } from '../../base/temporary.js'

export interface ScratchFile {
  /** Adds bytes, and returns their position. */
  append(bytes: Uint8Array): Promise<number>
  /** Fills `into` with the bytes from a position on. */
  read(into: Uint8Array, position: number): Promise<void>
  close(): void
}

/** Creates the file in the user's cache folder. All throw a UserError if the disk is full, read-only or damaged. */
export async function openScratch(folder = cacheFolder()): Promise<ScratchFile> {
  const working = <Result>(work: () => Promise<Result>) =>
    inWords('keep the rows that do not fit in memory', () => about(folder, work))
  const temporary = temporaryBeside(join(folder, 'rows'))
  const file = await working(async () => {
    try {
      await makeFolder(folder)
      const opened = openSync(temporary, 'wx+')
      rmSync(temporary)
      return opened
    } finally {
      doneWith(temporary)
    }
  })
  let end = 0
  return {
    append: (bytes) =>
      working(async () => {
        const position = end
        for (let at = 0; at < bytes.length; ) {
          at += writeSync(file, bytes, at, bytes.length - at, position + at)
        }
        end += bytes.length
        return position
      }),
    read: (into, position) =>
      working(async () => {
        for (let at = 0; at < into.length; ) {
          const read = readSync(file, into, at, into.length - at, position + at)
          if (read === 0) throw new Error('internal: a scratch file is cut short')
          at += read
        }
      }),
    close: () => closeSync(file),
  }
}
