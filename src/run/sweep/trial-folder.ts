/** The folder of a trial: all that is known of it. */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../../base/atomic-file.js'
import { inWords } from '../../base/file-problem.js'
import { isObject, jsonOf, jsonText } from '../../base/json.js'
import { makeFolder } from '../../base/make-folder.js'
import type { History } from '../../export/history.js'
import { type Measures, measuresOf } from '../../export/history-measures.js'
import { readHistory } from '../../export/read-history.js'
import { RUN_FILES } from '../../spec/run-files.js'
import { SWEEP_FILES, TRIAL_FILES, trialFolderName } from '../../spec/sweep-files.js'
import { MAY_GO_ON } from '../results.js'
import { specSeenFrom } from '../spec-seen-from.js'
import type { TrialExit } from './executor.js'
import type { PlannedTrial } from './plan.js'

export const trialFolder = (sweep: string, number: number): string =>
  join(sweep, SWEEP_FILES.trials, trialFolderName(number))

/** Writes the files that say what a trial tries, if they are not there. */
export async function writeTrial(sweep: string, { number, values, spec }: PlannedTrial): Promise<void> {
  const folder = trialFolder(sweep, number)
  await inWords('write the folder of a trial', async () => {
    await makeFolder(folder, sweep)
    await writeNew(join(folder, TRIAL_FILES.spec), jsonText(specSeenFrom(folder, spec)))
    await writeNew(join(folder, TRIAL_FILES.trial), jsonText({ version: 1, trial: number, values }))
  })
}

async function writeNew(path: string, text: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => null)) !== text) await writeFileAtomic(path, text)
}

/** Writes how the command of a trial ended. */
export const writeExit = (folder: string, exit: TrialExit): Promise<void> =>
  inWords('write the end of a trial', () => writeFileAtomic(join(folder, TRIAL_FILES.exit), jsonText(exit)))

export const forgetExit = (folder: string): Promise<void> => rm(join(folder, TRIAL_FILES.exit), { force: true })

/** A trial as its folder shows it. */
export interface TrialRecord {
  /** Null before its first pause or end, and with folds. */
  readonly history: History | null
  /** Means over the folds; null without them. */
  readonly means: Measures | null
}

export async function readTrial(folder: string): Promise<TrialRecord> {
  const run = join(folder, TRIAL_FILES.run)
  const folds = jsonOf(await readFile(join(run, RUN_FILES.foldsReport), 'utf8').catch(() => ''))
  const stored = await readHistory(run).catch(() => null)
  return { history: stored?.history ?? null, means: isObject(folds) ? (folds.mean as Measures) : null }
}

/** True if nothing is left to train. */
export const isComplete = ({ history, means }: TrialRecord): boolean =>
  means !== null || (history !== null && !MAY_GO_ON.includes(history.stop.reason))

/** After these a model is worth nothing. */
const WORTHLESS: readonly string[] = ['diverged', 'missing_row']

export const epochsDone = ({ history }: TrialRecord): number => history?.epochs ?? 0

/** The measures of a model, or those of the last epoch if it is not complete. */
export function measuresIn(record: TrialRecord): Measures {
  const { history, means } = record
  if (means !== null) return means
  if (history === null) return {}
  if (isComplete(record)) return measuresOf(history)
  const entries = Object.entries(history.metrics).map(([key, values]) => [key, values.at(-1) ?? null])
  return Object.fromEntries(entries)
}

/** The monitored value of the model, or after the last epoch of one that is not complete; null without a number. */
export const valueIn = (record: TrialRecord, key: string): number | null =>
  record.history !== null && WORTHLESS.includes(record.history.stop.reason) ? null : (measuresIn(record)[key] ?? null)

/**
 * The monitored value after so many epochs of `of`, or of the model if the trial ended sooner; null without a number;
 * undefined if the trial has not come so far.
 */
export function valueAfter(record: TrialRecord, key: string, epochs: number, of: number): number | null | undefined {
  if (epochs < of && epochs <= epochsDone(record)) return record.history!.metrics[key]?.[epochs - 1] ?? null
  return isComplete(record) ? valueIn(record, key) : undefined
}
