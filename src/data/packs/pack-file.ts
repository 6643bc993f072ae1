/**
 * Packs: files with prepared rows. First come the rows, then a JSON text that describes them, then its length in bytes
 * and a mark. A pack is whole or it is not there: it is written under another name and renamed.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { about, inWords } from '../../base/file-problem.js'
import type { Json } from '../../base/json.js'
import { makeFolder } from '../../base/make-folder.js'
import { doneWith, temporaryBeside } from '../../base/temporary.js'

/** An open pack. */
export interface Pack {
  readonly path: string
  /** The descriptor of the open file, which stays readable when the pack is replaced or removed. */
  readonly descriptor: number
  /** Size of the file. */
  readonly bytes: number
  readonly description: Json
}

/** A pack that is being written. */
export interface PackDraft {
  write(bytes: Uint8Array, position: number): Promise<void>
  /** Adds the description behind the rows, and gives the pack its name. */
  finish(description: Json): Promise<Pack>
  /** Leaves nothing behind, unless the pack is finished. */
  discard(): Promise<void>
}

const MARK = 'tspack01'
/** The length of the description, and the mark. */
const TAIL = 8 + MARK.length

const DEED = 'pack the rows'

/** Begins a pack. All functions throw a UserError if the disk is full or read-only. */
export async function createPack(path: string): Promise<PackDraft> {
  const working = <Result>(work: () => Promise<Result>) => inWords(DEED, () => about(path, work))
  const temporary = temporaryBeside(path)
  let file: FileHandle
  try {
    await inWords(DEED, () => makeFolder(dirname(path)))
    file = await working(() => open(temporary, 'wx+'))
  } catch (error) {
    doneWith(temporary)
    throw error
  }
  let end = 0
  let isDone = false
  const write = async (bytes: Uint8Array, position: number) => {
    for (let at = 0; at < bytes.length; ) {
      at += (await file.write(bytes, at, bytes.length - at, position + at)).bytesWritten
    }
    end = Math.max(end, position + bytes.length)
  }
  return {
    write: (bytes, position) => working(() => write(bytes, position)),
    finish: (description) =>
      working(async () => {
        const text = Buffer.from(JSON.stringify(description))
        const tail = Buffer.alloc(TAIL)
        tail.writeBigUInt64LE(BigInt(text.length))
        tail.write(MARK, 8, 'latin1')
        await write(Buffer.concat([text, tail]), end)
        await file.datasync()
        const descriptor = openSync(temporary, 'r')
        await file.close()
        isDone = true
        // another process may have made and opened the same pack; some systems then refuse the name
        await rename(temporary, path).catch(async (error) => {
          await rm(temporary, { force: true })
          if (!openPack(path)) throw error
        })
        doneWith(temporary)
        return { path, descriptor, bytes: end, description }
      }),
    async discard() {
      if (isDone) return
      isDone = true
      await file.close().catch(() => {})
      await rm(temporary, { force: true })
      doneWith(temporary)
    },
  }
}

/** Opens a pack. Returns undefined if there is none that is whole. */
export function openPack(path: string): Pack | undefined {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch {
    return undefined
  }
  const description = descriptionIn(descriptor)
  if (description) return { path, descriptor, ...description }
  closeSync(descriptor)
  return undefined
}

function descriptionIn(descriptor: number): Pick<Pack, 'bytes' | 'description'> | undefined {
  try {
    const bytes = fstatSync(descriptor).size
    const tail = Buffer.alloc(TAIL)
    readSync(descriptor, tail, 0, TAIL, bytes - TAIL)
    const length = Number(tail.readBigUInt64LE())
    if (tail.toString('latin1', 8) !== MARK || length > bytes - TAIL) return undefined
    const text = Buffer.alloc(length)
    readSync(descriptor, text, 0, length, bytes - TAIL - length)
    return { bytes, description: JSON.parse(text.toString()) }
  } catch {
    return undefined
  }
}
