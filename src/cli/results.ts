/** What a run leaves: its folder, with rows as epochs end, the model and the history at the end, and `--history`. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.js'
import { callbackFiles } from '../export/callback-files.js'
import { type History, writeHistory } from '../export/history.js'
import { checkHistoryPath, formatOf, type HistoryWriter, historyFile, historyStream } from '../export/history-writer.js'
import { saveModel } from '../export/model.js'
import { checkEmpty, createRunDirectory } from '../export/run-directory.js'
import type { Saveable } from '../model/saveable.js'
import { RUN_FILES } from '../spec/run-files.js'
import type { ResolvedSpec } from '../spec/spec.js'
import type { CallbackFiles } from '../training/callbacks/callback.js'
import type { EpochEndEvent } from '../training/events.js'
import type { Io } from './io.js'
import type { Options } from './options.js'
import type { Session } from './session.js'

export interface Results {
  readonly directory: string
  /** Where callbacks write. */
  readonly files: CallbackFiles
  epoch(event: EpochEndEvent): Promise<void>
  finish(history: History, session: Session): Promise<void>
  /** Closes files; the last call, whatever happened. */
  close(): Promise<void>
}

/** Everything about the places of results that can be wrong before the run. */
export async function checkPlaces({ history, 'history-format': format, out }: Options): Promise<void> {
  if (out !== undefined) await checkEmpty(out)
  if (history !== undefined && history !== '-') await checkHistoryPath(history, format ?? formatOf(history))
}

/** Makes the folder of the run and puts the spec there. */
export async function createFolder(spec: ResolvedSpec, options: Options): Promise<string> {
  const directory = await createRunDirectory(spec.name, options.out)
  await writeSpec(directory, spec)
  return directory
}

export const writeSpec = (directory: string, spec: ResolvedSpec): Promise<void> =>
  writeFileAtomic(join(directory, RUN_FILES.spec), `${JSON.stringify(spec, null, 2)}\n`)

/** Opens the files of what is trained at one go, in a folder that may be yet to be made; `others` get its history too. */
export async function openResults(
  directory: string,
  model: Saveable,
  others: readonly HistoryWriter[],
): Promise<Results> {
  await mkdir(directory, { recursive: true })
  const writers = [historyFile(join(directory, RUN_FILES.rows)), ...others]
  const files = callbackFiles(directory, model)
  let ended = false
  return {
    directory,
    files,
    async epoch(event) {
      for (const writer of writers) await writer.epoch(event)
    },
    async finish(history, { runner }) {
      await saveModel(join(directory, RUN_FILES.model), model, await runner.read(), { checksum: true })
      await writeHistory(join(directory, RUN_FILES.history), history)
      for (const writer of writers) await writer.end(history)
      ended = true
    },
    async close() {
      if (!ended) for (const writer of writers) await writer.end()
      await files.close()
    },
  }
}

/** `--history` */
export function userHistory(options: Options, io: Io): HistoryWriter[] {
  const { history: path, 'history-format': format } = options
  if (path === undefined) return []
  return [path === '-' ? historyStream(io.stdout, format ?? 'json') : historyFile(path, format ?? formatOf(path))]
}
