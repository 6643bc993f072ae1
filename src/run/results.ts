/** What a run leaves: its folder, with rows as epochs end, the model and the history at the end, and a history elsewhere. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.js'
import { inWords, problemWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { makeFolder } from '../base/make-folder.js'
import { callbackFiles } from '../export/callback-files.js'
import { type History, writeHistory } from '../export/history.js'
import { type HistoryWriter, historyFile } from '../export/history-writer.js'
import { saveModel } from '../export/model.js'
import { createRunDirectory } from '../export/run-directory.js'
import type { Saveable } from '../model/saveable.js'
import { RUN_FILES } from '../spec/run-files.js'
import type { ResolvedSpec } from '../spec/spec.js'
import type { CallbackFiles } from '../training/callbacks/callback.js'
import type { EpochEndEvent } from '../training/events.js'
import type { Session } from './session.js'

export interface Results {
  readonly directory: string
  /** Where callbacks write. */
  readonly files: CallbackFiles
  /** Throws a UserError where the folder of the run fails; another place that fails costs a warning. */
  epoch(event: EpochEndEvent): Promise<void>
  /** Writes all that can be written, and throws a UserError that says what could not. */
  finish(history: History, session: Session): Promise<void>
  /** Closes files; the last call, whatever happened. */
  close(): Promise<void>
}

/** Makes the folder of the run and puts the spec there. */
export const createFolder = (spec: ResolvedSpec, out: string | undefined): Promise<string> =>
  createRunDirectory(spec.name, out, (directory) => writeSpec(directory, spec))

export const writeSpec = (directory: string, spec: ResolvedSpec): Promise<void> =>
  inWords('write the spec of the run', () =>
    writeFileAtomic(join(directory, RUN_FILES.spec), `${JSON.stringify(spec, null, 2)}\n`),
  )

/** A history beside that in the folder, and how it is called. */
export interface OtherHistory {
  readonly name: string
  readonly writer: HistoryWriter
}

export interface ResultsOptions {
  /** May be yet to be made, but not the folder of the run around it. */
  readonly directory: string
  readonly run: string
  readonly model: Saveable
  /** Of the run: get its history too, and must not fail either. */
  readonly ofRun: readonly HistoryWriter[]
  readonly others: readonly OtherHistory[]
  /** Does work that must not be cut off. */
  saving<T>(work: () => Promise<T>): Promise<T>
  /** Hears of each other place that fails, once. */
  warn(text: string): void
}

/** Opens the files of what is trained at one go. */
export async function openResults(options: ResultsOptions): Promise<Results> {
  const { directory, run, model, ofRun, saving, warn } = options
  await inWords('make the folder of the run', () => makeFolder(directory, run))
  const rows = historyFile(join(directory, RUN_FILES.rows))
  const others = options.others.map(({ name, writer }) => forgiving(name, writer, warn))
  const ofCallbacks = callbackFiles(directory, model, (problem) =>
    warn(`Not all that callbacks write is there: ${problem}`),
  )
  const { ino } = await stat(run)
  const checkFolder = async () => {
    const found = await stat(run).catch(() => undefined)
    if (found?.ino !== ino)
      throw new UserError(`The folder of the run is gone: ${run} was removed or renamed meanwhile.`)
  }
  let ended = false
  return {
    directory,
    files: { write: (...action) => saving(() => ofCallbacks.write(...action)) },
    async epoch(event) {
      for (const writer of others) await writer.epoch(event)
      await checkFolder()
      for (const writer of [rows, ...ofRun]) await inWords('write the history', () => writer.epoch(event))
    },
    finish: (history, { runner }) =>
      saving(async () => {
        ended = true
        try {
          await checkFolder()
          const place = join(directory, RUN_FILES.model)
          const saved = { within: run, checksum: true }
          await all([
            ['save the model', async () => saveModel(place, model, await runner.read(), saved)],
            ['write the history', () => writeHistory(join(directory, RUN_FILES.history), history)],
            ...[rows, ...ofRun].map((writer) => ['write the history', () => writer.end(history)] as const),
          ])
        } finally {
          for (const writer of others) await writer.end(history)
        }
      }),
    async close() {
      if (!ended) for (const writer of [...others, rows, ...ofRun]) await writer.end().catch(() => {})
      await ofCallbacks.close()
    },
  }
}

/** Does each, whatever becomes of those before it. */
async function all(works: readonly (readonly [deed: string, work: () => Promise<void>])[]): Promise<void> {
  const problems = new Set<string>()
  for (const [deed, work] of works) {
    try {
      await inWords(deed, work)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      problems.add(error.message)
    }
  }
  if (problems.size > 0) throw new UserError([...problems].join('\n'))
}

/** What fails there is told once, and then left alone: rows after one that is missing would mislead. */
function forgiving(name: string, { epoch, end }: HistoryWriter, warn: (text: string) => void): HistoryWriter {
  let isWhole = true
  const trying = async (work: () => Promise<void>) => {
    try {
      await work()
    } catch (error) {
      const problem = problemWords(error)
      if (problem === undefined) throw error
      if (isWhole) warn(`The history in ${name} is not whole: ${problem}`)
      isWhole = false
    }
  }
  return {
    epoch: (event) => trying(async () => (isWhole ? epoch(event) : undefined)),
    end: (history) => trying(() => end(isWhole ? history : undefined)),
  }
}
