/** Writes the files that callbacks ask for, in the folder of a run. */
import { type FileHandle, open, rename, rm, stat, truncate } from 'node:fs/promises'
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

/** A file to which callbacks append, and its length at some time. */
export interface AppendedFile {
  /** Relative to the folder of the stage if it is inside, else absolute. */
  readonly path: string
  readonly bytes: number
  /** For a file of TensorBoard: the folder that its callback names. */
  readonly scalars: string | null
}

export interface CallbackFilesOptions {
  /** Called once for each place that cannot be written. Without it, the error is thrown. */
  readonly onProblem?: (problem: string) => void
  /** Called for each model that is saved. */
  readonly onSaved?: ((path: string) => void) | undefined
  /** Called before a file is written for the first time in the run, with its length. */
  readonly onOpen?: (file: AppendedFile) => Promise<void>
  /** Files that are cut back to these lengths, because a run goes on from there. */
  readonly resumed?: readonly AppendedFile[]
}

/** The files, and their lengths so far. */
export interface OpenCallbackFiles extends CallbackFiles {
  lengths(): Promise<readonly AppendedFile[]>
  close(): Promise<void>
}

export async function callbackFiles(
  directory: string,
  model: Saveable,
  { onProblem, onSaved, onOpen, resumed = [] }: CallbackFilesOptions = {},
): Promise<OpenCallbackFiles> {
  const files = new Map<string, FileHandle>()
  /** Event files by the folder that a callback names. */
  const eventFiles = new Map<string, string>()
  /** The files that have been opened, also before the run was resumed. */
  const places = new Set<string>()
  for (const { path, bytes, scalars } of resumed) {
    const place = resolve(directory, path)
    await cutBack(place, bytes)
    if (bytes === 0) continue
    places.add(place)
    if (scalars !== null) eventFiles.set(scalars, place)
  }
  /** The folder of the run is not created again if it is gone. */
  const within = (path: string) => (relative(directory, path).startsWith('..') ? undefined : directory)
  const entryOf = (path: string, bytes: number): AppendedFile => {
    const scalars = [...eventFiles].find(([, place]) => place === path)?.[0] ?? null
    return { path: within(path) ? relative(directory, path) : path, bytes, scalars }
  }
  const aboutFile = async (path: string): Promise<AppendedFile | null> => {
    const found = await stat(path).catch(() => undefined)
    return found?.isFile() ? entryOf(path, found.size) : null
  }
  /** Opens a file to append to it. Files stay open. */
  const opened = async (path: string) => {
    const known = files.get(path)
    if (known) return known
    if (!places.has(path)) {
      const found = await stat(path).catch(() => undefined)
      // before the file is there, so that none is left over if the process is killed
      if (!found || found.isFile()) await onOpen?.(entryOf(path, found?.size ?? 0))
      places.add(path)
    }
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
    onSaved?.(target)
  }

  /** Places that have failed. Rows after a missing one would mislead, but a later model may still be saved. */
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
    async lengths() {
      const all = await Promise.all(Array.from(places, aboutFile))
      return all.filter((one) => one !== null)
    },
    async close() {
      for (const file of files.values()) await file.close()
      files.clear()
    },
  }
}

/** Cuts off what follows these bytes. A file that was new is removed. */
async function cutBack(path: string, bytes: number): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile() || found.size <= bytes) return
  if (bytes === 0) await rm(path)
  else await truncate(path, bytes)
}

/** Throws a UserError if a file exists and has another header than the rows that are to be appended. */
export async function checkHeader(path: string, header: string): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() && found.size > 0) await endOfLine(path, found.size, header)
}

/** Returns the text that ends the last line of an existing file. Throws a UserError if the file has another header. */
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
      throw new UserError(`Cannot add rows to ${path}: its first line is ${is}, but the columns are ${must}.`)
    }
    return (await bytesAt(size - 1, 1)) === '\n' ? '' : '\r\n'
  } finally {
    await file.close()
  }
}

/** Characters of a first line beyond those that it should have. */
const MOST_SHOWN = 40

/**
 * Returns what a failure applies to. Models of one callback have different names in one folder, so they share a place.
 */
function placeOf(action: FileAction): string {
  if (action.type === 'saveModel') return `models in ${dirname(action.path)}`
  return action.type === 'appendText' ? action.path : action.directory
}

/**
 * Saves a model. A new folder gets its name when it is complete. In an existing folder only the weights differ, because
 * the model is that of this run; they are replaced at once.
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
