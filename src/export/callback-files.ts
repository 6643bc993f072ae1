/** Carries out what callbacks ask to be written, in the folder of a run. */
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { appendWhole } from '../base/append.js'
import { about, fileProblem } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { makeFolder } from '../base/make-folder.js'
import { doneWith, temporaryBeside } from '../base/temporary.js'
import type { Saveable } from '../model/saveable.js'
import type { AppendText, CallbackFiles, FileAction, SaveModel, WriteScalars } from '../training/callbacks/callback.js'
import { eventFileHeader, eventFileName, scalarsEvent } from './event-file.js'
import { type SaveOptions, saveModel } from './model.js'

type Weights = Readonly<Record<string, Float32Array>>

/** `onProblem` hears once of each callback's place that cannot be written; without it that is an error. */
export function callbackFiles(
  directory: string,
  model: Saveable,
  onProblem?: (problem: string) => void,
): CallbackFiles & { close(): Promise<void> } {
  const files = new Map<string, FileHandle>()
  /** The folder of the run is not made again where it is gone. */
  const within = (path: string) => (relative(directory, path).startsWith('..') ? undefined : directory)
  /** Files stay open, and are only added to. */
  const opened = async (path: string) => {
    const known = files.get(path)
    if (known) return known
    await makeFolder(dirname(path), within(path))
    const file = await open(path, 'a')
    files.set(path, file)
    return file
  }

  const appendText = async ({ path, header, text }: AppendText) => {
    const place = resolve(directory, path)
    const isNew = !files.has(place)
    const file = await opened(place)
    await about(place, async () => {
      const info = await file.stat()
      const isAddedTo = isNew && header !== '' && info.isFile() && info.size > 0
      const before = isAddedTo ? await endOfLine(place, info.size, header) : ''
      await appendWhole(place, file, before + (info.size === 0 ? header + text : text))
    })
  }

  const eventFiles = new Map<string, string>()
  const writeScalars = async ({ directory: inside, step, scalars }: WriteScalars) => {
    const seconds = Date.now() / 1000
    const known = eventFiles.get(inside)
    const path = known ?? join(directory, inside, eventFileName(seconds))
    eventFiles.set(inside, path)
    const file = await opened(path)
    await about(path, async () => {
      if (known === undefined) await appendWhole(path, file, eventFileHeader(seconds))
      await appendWhole(path, file, scalarsEvent(seconds, step, scalars))
    })
  }

  const saveAt = async ({ path, weightsOnly }: SaveModel, weights: Weights) => {
    const target = resolve(directory, path)
    await saveWhole(target, model, weights, { weightsOnly, within: within(target) })
  }

  /** What has failed; rows after one that is missing would mislead, but a later model is as good as any. */
  const failed = new Set<string>()
  return {
    async write(action, state) {
      const place = placeOf(action)
      if (failed.has(place) && action.type !== 'saveModel') return
      try {
        if (action.type === 'saveModel') await saveAt(action, await state())
        else if (action.type === 'appendText') await appendText(action)
        else await writeScalars(action)
      } catch (error) {
        const problem = fileProblem(error)
        if (problem === undefined || onProblem === undefined) throw error
        if (!failed.has(place)) onProblem(problem)
        failed.add(place)
      }
    },
    async close() {
      for (const file of files.values()) await file.close()
      files.clear()
    },
  }
}

/** Throws a UserError where a file is there with another header than rows are to be added under. */
export async function checkHeader(path: string, header: string): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() && found.size > 0) await endOfLine(path, found.size, header)
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

/** Models of one callback have different names in one folder. */
function placeOf(action: FileAction): string {
  if (action.type === 'saveModel') return `models in ${dirname(action.path)}`
  return action.type === 'appendText' ? action.path : action.directory
}

/**
 * A new folder gets its name when all of it is there. In one that is there only the weights differ: the model around
 * them is that of this run, and they are replaced in one turn.
 */
async function saveWhole(target: string, model: Saveable, weights: Weights, options: SaveOptions): Promise<void> {
  if (await stat(target).catch(() => undefined)) return saveModel(target, model, weights, options)
  const temporary = temporaryBeside(target)
  try {
    await about(target, async () => {
      await saveModel(temporary, model, weights, options)
      await rename(temporary, target)
    })
  } finally {
    await rm(temporary, { recursive: true, force: true })
    doneWith(temporary)
  }
}
