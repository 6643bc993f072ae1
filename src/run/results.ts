/**
 * Writes the results of a run into its folder: a row of history after each epoch; the model and the history at the end.
 * A history can be written elsewhere too.
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.js'
import { inWords, problemWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { jsonText } from '../base/json.js'
import { makeFolder } from '../base/make-folder.js'
import { removeLeft } from '../base/temporary.js'
import type { SavedPreparation } from '../data/saved-preparation.js'
import { type AppendedFile, callbackFiles } from '../export/callback-files.js'
import { type History, writeHistory } from '../export/history.js'
import { type HistoryWriter, historyFile } from '../export/history-writer.js'
import { saveModel } from '../export/model.js'
import { forgetOpened, rememberOpened } from '../export/opened-files.js'
import { writePreparation } from '../export/preparation-file.js'
import { createRunDirectory, type OwnFolder } from '../export/run-directory.js'
import { lockRun } from '../export/run-lock.js'
import type { Saveable } from '../model/saveable.js'
import { dataSchema } from '../spec/data.js'
import { ONCE } from '../spec/once.js'
import { RUN_FILES } from '../spec/run-files.js'
import type { ResolvedSpec } from '../spec/spec.js'
import type { CallbackFiles } from '../training/callbacks/callback.js'
import type { EpochEndEvent } from '../training/events.js'
import { preparedData } from './prepared-data.js'
import type { Session } from './session.js'
import { specSeenFrom } from './spec-seen-from.js'

/** After these the run may be resumed. */
export const MAY_GO_ON: readonly History['stop']['reason'][] = ['interrupted', 'paused']

export interface Results {
  /** Null for a run that writes nothing. */
  readonly directory: string | null
  /** Writes the files of callbacks. */
  readonly files: CallbackFiles
  /** The lengths of the files to which callbacks append. */
  appended(): Promise<readonly AppendedFile[]>
  /**
   * Writes the row of an epoch. Throws a UserError if the folder of the run fails; any other place only gets a
   * warning.
   */
  epoch(event: EpochEndEvent): Promise<void>
  /**
   * Saves the model, draws, and writes the history as it is then. `history.json`, with which the run is complete, comes
   * last. Throws a UserError at the end, if any of it could not be written.
   */
  finish(session: Session, draw: () => Promise<void>, historyOf: () => History): Promise<void>
  /** Closes the files. Must be the last call, even after an error. */
  close(): Promise<void>
}

/**
 * Creates the folder of the run and locks it; writes the spec and how its data are prepared into it. A run that leaves no
 * model has no preparation.
 */
export const createFolder = (
  spec: ResolvedSpec,
  out: string | undefined,
  preparation?: SavedPreparation,
): Promise<OwnFolder> => createRunDirectory(spec.name, out, (directory) => writeSpec(directory, spec, preparation))

/** Locks the folder of a run that goes on, and removes unfinished files. */
export async function reopenFolder(directory: string): Promise<OwnFolder> {
  const lock = await lockRun(directory)
  try {
    await inWords('remove what a killed process has left', () => removeLeft(directory))
    return { directory, lock }
  } catch (error) {
    await lock.release()
    throw error
  }
}

export const writeSpec = (directory: string, spec: ResolvedSpec, preparation?: SavedPreparation): Promise<void> =>
  inWords('write the spec of the run', async () => {
    const seen = specSeenFrom(directory, spec)
    const text = jsonText(seen)
    if (preparation) {
      // with the defaults that reading adds
      const data = preparedData(dataSchema.parse(JSON.parse(JSON.stringify(seen.data)), ONCE))
      await writePreparation(join(directory, RUN_FILES.preparation), preparation, { text, data })
    }
    await writeFileAtomic(join(directory, RUN_FILES.spec), text)
  })

/** A history outside the folder of the run, and its name in messages. */
export interface OtherHistory {
  readonly name: string
  readonly writer: HistoryWriter
}

export interface ResultsOptions {
  /** Folder of the stage, inside `run` or equal to it. Created if missing; `run` must exist. */
  readonly directory: string
  readonly run: string
  readonly model: Saveable
  /** Further files of the run that get the same history. Their failure is that of the run, too. */
  readonly ofRun: readonly HistoryWriter[]
  readonly others: readonly OtherHistory[]
  /** Runs work that a signal must not cut off. */
  saving<T>(work: () => Promise<T>): Promise<T>
  /** Called once for each place outside the folder of the run that fails. */
  warn(text: string): void
  /** Called for each model that a callback has saved, with its path. */
  readonly saved?: ((path: string) => void) | undefined
  /** Files of callbacks that are cut back, because the run goes on from there. */
  readonly resumed: readonly AppendedFile[]
}

/** Opens the files of one stage. */
export async function openResults(options: ResultsOptions): Promise<Results> {
  const { directory, run, model, ofRun, saving, warn } = options
  await inWords('create the folder of the run', () => makeFolder(directory, run))
  const rows = historyFile(join(directory, RUN_FILES.rows))
  const others = options.others.map(({ name, writer }) => forgiving(name, writer, warn))
  const ofCallbacks = await callbackFiles(directory, model, {
    onProblem: (problem) => warn(`The files that callbacks write are incomplete: ${problem}`),
    onSaved: options.saved,
    onOpen: (file) => rememberOpened(join(directory, RUN_FILES.checkpoints), file),
    resumed: options.resumed,
  })
  const { ino } = await stat(run)
  const checkFolder = async () => {
    const found = await stat(run).catch(() => undefined)
    if (found?.ino !== ino)
      throw new UserError(`The folder of the run is gone: ${run} was removed or renamed during training.`)
  }
  let ended = false
  return {
    directory,
    files: { write: (...action) => saving(() => ofCallbacks.write(...action)) },
    appended: () => ofCallbacks.lengths(),
    async epoch(event) {
      for (const writer of others) await writer.epoch(event)
      await checkFolder()
      for (const writer of [rows, ...ofRun]) await inWords('write the history', () => writer.epoch(event))
    },
    async finish({ runner }, draw, historyOf) {
      ended = true
      const saveOwn = async () =>
        saveModel(join(directory, RUN_FILES.model), model, await runner.read(), { within: run, checksum: true })
      const writeAll = (history: History) =>
        all([
          ...[rows, ...ofRun].map((writer) => ['write the history', () => writer.end(history)] as const),
          ['write the history', () => writeHistory(join(directory, RUN_FILES.history), history)],
        ])
      try {
        await checkFolder()
        await all([
          ['save the model', () => saving(saveOwn)],
          ['draw the pictures', draw],
          ['write the history', () => saving(() => writeAll(historyOf()))],
        ])
        if (!MAY_GO_ON.includes(historyOf().stop.reason)) await forgetOpened(join(directory, RUN_FILES.checkpoints))
      } finally {
        await saving(async () => {
          for (const writer of others) await writer.end(historyOf())
        })
      }
    },
    async close() {
      if (!ended) for (const writer of [...others, rows, ...ofRun]) await writer.end().catch(() => {})
      await ofCallbacks.close()
    },
  }
}

/** Writes nothing. */
export const NO_RESULTS: Results = {
  directory: null,
  files: {
    write: async ({ type }) => {
      throw new Error(`internal: ${type} without a folder`)
    },
  },
  appended: async () => [],
  epoch: async () => {},
  finish: async () => {},
  close: async () => {},
}

/** Does each work, even if one before it failed. Throws at the end: a fault, or one UserError with all problems. */
async function all(works: readonly (readonly [deed: string, work: () => Promise<void>])[]): Promise<void> {
  const problems = new Set<string>()
  const faults: unknown[] = []
  for (const [deed, work] of works) {
    try {
      await inWords(deed, work)
    } catch (error) {
      if (error instanceof UserError) problems.add(error.message)
      else faults.push(error)
    }
  }
  if (faults.length > 0) throw faults[0]
  if (problems.size > 0) throw new UserError([...problems].join('\n'))
}

/** A writer that warns once when it fails and then writes nothing more: rows after a missing one would mislead. */
function forgiving(name: string, { epoch, end }: HistoryWriter, warn: (text: string) => void): HistoryWriter {
  let isWhole = true
  const trying = async (work: () => Promise<void>) => {
    try {
      await work()
    } catch (error) {
      const problem = problemWords(error)
      if (problem === undefined) throw error
      if (isWhole) warn(`The history in ${name} is incomplete: ${problem}`)
      isWhole = false
    }
  }
  return {
    epoch: (event) => trying(async () => (isWhole ? epoch(event) : undefined)),
    end: (history) => trying(() => end(isWhole ? history : undefined)),
  }
}
