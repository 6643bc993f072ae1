/** Carries out what callbacks ask to be written, in the folder of a run. */
import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { UserError } from '../base/issue.js'
import type { Saveable } from '../model/saveable.js'
import type { AppendText, CallbackFiles, SaveModel, WriteScalars } from '../training/callbacks/callback.js'
import { eventFileHeader, eventFileName, scalarsEvent } from './event-file.js'
import { saveModel } from './model.js'

type Weights = Readonly<Record<string, Float32Array>>

export function callbackFiles(directory: string, model: Saveable): CallbackFiles & { close(): Promise<void> } {
  const files = new Map<string, FileHandle>()
  /** Files stay open, and are only added to. */
  const opened = async (path: string) => {
    const known = files.get(path)
    if (known) return known
    await mkdir(dirname(path), { recursive: true })
    const file = await open(path, 'a')
    files.set(path, file)
    return file
  }

  const appendText = async ({ path, header, text }: AppendText) => {
    const place = resolve(directory, path)
    const isNew = !files.has(place)
    const file = await opened(place)
    const info = await file.stat()
    if (isNew && header !== '' && info.isFile() && info.size > 0)
      await file.appendFile(await endOfLine(place, info.size, header))
    await file.appendFile(info.size === 0 ? header + text : text)
  }

  const eventFiles = new Map<string, string>()
  const writeScalars = async ({ directory: inside, step, scalars }: WriteScalars) => {
    const seconds = Date.now() / 1000
    const known = eventFiles.get(inside)
    const path = known ?? join(directory, inside, eventFileName(seconds))
    eventFiles.set(inside, path)
    const file = await opened(path)
    if (known === undefined) await file.appendFile(eventFileHeader(seconds))
    await file.appendFile(scalarsEvent(seconds, step, scalars))
  }

  return {
    async write(action, state) {
      if (action.type === 'saveModel') await saveWhole(directory, model, action, await state())
      else if (action.type === 'appendText') await appendText(action)
      else await writeScalars(action)
    },
    async close() {
      for (const file of files.values()) await file.close()
      files.clear()
    },
  }
}

/** What ends the last line of a file that is to be added to, and has the header. Throws a UserError where it has another. */
async function endOfLine(path: string, size: number, header: string): Promise<string> {
  const file = await open(path)
  try {
    const bytesAt = async (position: number, length: number) => {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, position)
      return buffer.subarray(0, bytesRead).toString()
    }
    const lineOf = (text: string) => text.split(/\r?\n/, 1)[0]!
    const [found, wanted] = [lineOf(await bytesAt(0, Buffer.byteLength(header) + MOST_SHOWN)), lineOf(header)]
    if (found !== wanted) {
      const [is, must] = [found.slice(0, wanted.length + MOST_SHOWN), wanted].map((line) => JSON.stringify(line))
      throw new UserError(`Cannot add rows to ${path}: its first line is ${is}, and the columns are ${must}.`)
    }
    return (await bytesAt(size - 1, 1)) === '\n' ? '' : '\r\n'
  } finally {
    await file.close()
  }
}

/** Characters of a first line beyond those that it should have. */
const MOST_SHOWN = 40

/**
 * A new folder gets its name when all of it is there. In one that is there only the weights differ: the model around
 * them is that of this run, and they are replaced in one turn.
 */
async function saveWhole(
  directory: string,
  model: Saveable,
  { path, weightsOnly }: SaveModel,
  weights: Weights,
): Promise<void> {
  const target = join(directory, path)
  if (await stat(target).catch(() => undefined)) return saveModel(target, model, weights, { weightsOnly })
  const temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await saveModel(temporary, model, weights, { weightsOnly })
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    throw error
  }
}
