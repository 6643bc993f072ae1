/** Reads `history.json` of a finished run. */
import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { inWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { jsonOf } from '../base/json.js'
import { readWhole } from '../base/read-file.js'
import { ONCE } from '../spec/once.js'
import { RUN_FILES } from '../spec/run-files.js'
import { type History, historySchema } from './history.js'

/** Limit on the size of a history: a million epochs of a few measures. */
const MOST_BYTES = 256e6
/** Problems that a message lists. */
const MOST_PROBLEMS = 5

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
 * Reads the history of a run. `given` is the folder of the run, or the path of a `history.json`. Throws a UserError that
 * names the file if there is none, or if trainspec has not written it.
 */
export async function readHistory(given: string): Promise<StoredHistory> {
  const found = await stat(given).catch(() => undefined)
  if (found === undefined) throw new UserError(`${given}: no such folder or file`)
  const path = found.isDirectory() ? await inFolder(given) : given
  const bytes = await inWords(`read ${path}`, () => readWhole(path, { most: MOST_BYTES }))
  const folder = dirname(path)
  const isRun = (await stat(join(folder, RUN_FILES.spec)).catch(() => undefined)) !== undefined
  return {
    history: historyOf(new TextDecoder().decode(bytes), path),
    path,
    label: given.replace(/(?<=.)\/+$/, ''),
    directory: isRun ? folder : null,
  }
}

async function inFolder(folder: string): Promise<string> {
  const has = async (name: string) => (await stat(join(folder, name)).catch(() => undefined)) !== undefined
  if (await has(RUN_FILES.history)) return join(folder, RUN_FILES.history)
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

/** Returns the history of a text that was found at `path`. */
function historyOf(text: string, path: string): History {
  const value = jsonOf(text)
  if (value === undefined) throw new UserError(`${path}: is not JSON`)
  const parsed = historySchema.safeParse(value, ONCE)
  if (!parsed.success) {
    const { issues } = parsed.error
    const places = issues.slice(0, MOST_PROBLEMS).map(({ path: at }) => (at.length === 0 ? 'the whole' : at.join('.')))
    const more = issues.length > MOST_PROBLEMS ? `, and ${issues.length - MOST_PROBLEMS} more` : ''
    throw new UserError(
      `${path}: is not a history that this version of trainspec wrote; these fields are wrong: ${places.join(', ')}${more}`,
    )
  }
  const history = parsed.data
  const lengths = { ...history.metrics, learning_rate: history.learning_rate, seconds: history.seconds }
  const wrong = Object.entries(lengths).find(([, values]) => values.length !== history.epochs)
  if (wrong) {
    const [key, values] = wrong
    throw new UserError(`${path}: "epochs" is ${history.epochs}, but ${key} has ${values.length} values`)
  }
  return history
}
