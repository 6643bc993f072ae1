/** Carries out what callbacks ask to be written, in the folder of a run. */
import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
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
    const file = await opened(resolve(directory, path))
    const { size } = await file.stat()
    await file.appendFile(size === 0 ? header + text : text)
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
