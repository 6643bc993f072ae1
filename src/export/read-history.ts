/** Reads `history.json` of a finished run. */
import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { UserError } from '../base/issue.js'
import { RUN_FILES } from '../spec/run-files.js'
import { TRIAL_FILES } from '../spec/sweep-files.js'
import { type History, historySchema } from './history.js'
import { documentOf, readJson } from './read-document.js'

/** The history of a run, and where it was found. */
export interface StoredHistory {
  readonly history: History
  /** Path of the file. */
  readonly path: string
  /** Path of the run as it was given, without a slash at its end; names the run in messages and pictures. */
  readonly label: string
  /** Folder of the run; null if the file does not lie beside a spec. */
  readonly directory: string | null
}

/**
 * Reads the history of a run. `given` is the folder of the run, that of a trial of a sweep, or the path of a `history.json`. Throws a UserError that
 * names the file if there is none, or if trainspec has not written it.
 */
export async function readHistory(given: string): Promise<StoredHistory> {
  const found = await stat(given).catch(() => undefined)
  if (found === undefined) throw new UserError(`${given}: no such folder or file`)
  const path = found.isDirectory() ? await inFolder(given) : given
  const history = checked(documentOf(await readJson(path), { path, kind: 'a history', schema: historySchema }), path)
  const folder = dirname(path)
  const isRun = (await stat(join(folder, RUN_FILES.spec)).catch(() => undefined)) !== undefined
  return {
    history,
    path,
    label: given.replace(/(?<=.)\/+$/, ''),
    directory: isRun ? folder : null,
  }
}

async function inFolder(folder: string): Promise<string> {
  const has = async (name: string) => (await stat(join(folder, name)).catch(() => undefined)) !== undefined
  if (await has(RUN_FILES.history)) return join(folder, RUN_FILES.history)
  if (await has(TRIAL_FILES.trial)) return inFolder(join(folder, TRIAL_FILES.run))
  if (await has(RUN_FILES.folds)) {
    throw new UserError(
      `${folder}: has a run for each fold; name one of them, such as ${join(folder, RUN_FILES.folds, '1')}`,
    )
  }
  throw new UserError(
    (await has(RUN_FILES.spec))
      ? `${folder}: has no ${RUN_FILES.history}; its training has not ended, or it was cut off`
      : `${folder} is not the folder of a run: it has no ${RUN_FILES.history}`,
  )
}

/** Throws a UserError if the lists of a history have not one value per epoch. */
function checked(history: History, path: string): History {
  const lengths = { ...history.metrics, learning_rate: history.learning_rate, seconds: history.seconds }
  const wrong = Object.entries(lengths).find(([, values]) => values.length !== history.epochs)
  if (wrong) {
    const [key, values] = wrong
    throw new UserError(`${path}: "epochs" is ${history.epochs}, but ${key} has ${values.length} values`)
  }
  return history
}
