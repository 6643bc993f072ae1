/** The results of a sweep: its table, its best trial, and the files with both. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../../base/atomic-file.js'
import { inWords } from '../../base/file-problem.js'
import { jsonText } from '../../base/json.js'
import { finite } from '../../export/report-fields.js'
import { type SweepReport, sweepCsv, type TrialStateName } from '../../export/sweep-report.js'
import { RUN_FILES } from '../../spec/run-files.js'
import { SWEEP_FILES, TRIAL_FILES } from '../../spec/sweep-files.js'
import { rowsUnderWay } from '../rows-under-way.js'
import { specSeenFrom } from '../spec-seen-from.js'
import { ownVersion } from '../versions.js'
import type { SweepPlan } from './plan.js'
import { isThere, type TrialState } from './run-trials.js'
import { byValue, type Rung } from './rungs.js'
import { epochsDone, isComplete, measuresIn, trialFolder, valueIn } from './trial-folder.js'

/** How far a trial is that is under way. */
export interface TrialProgress {
  readonly epochs: number
  readonly value: number | null
}

/** The trials that trained longest come first, and among them the best. `progress`: of those under way, by number. */
export function sweepReport(
  folder: string,
  { monitor, rungs, trials }: Pick<SweepPlan, 'monitor' | 'rungs' | 'trials'>,
  states: readonly TrialState[],
  progress: ReadonlyMap<number, TrialProgress> = new Map(),
): SweepReport {
  const rows = states.map((state) => {
    const { trial, record, goal } = state
    const { seconds: _, ...measures } = measuresIn(record)
    const now = state.isRunning ? progress.get(trial.number) : undefined
    return {
      number: trial.number,
      goal,
      row: {
        trial: trial.number,
        folder: trialFolder(folder, trial.number),
        values: trial.values,
        state: stateName(state, rungs),
        failure: state.failure,
        epochs: now?.epochs ?? epochsOf(state),
        of: trial.spec.fit.epochs,
        value: finite(now ? now.value : valueIn(record, monitor.key)),
        measures,
      } satisfies SweepReport['trials'][number],
    }
  })
  const better = byValue<(typeof rows)[number]>(({ row }) => row.value, monitor.better)
  const sorted = rows.toSorted((a, b) => b.goal - a.goal || better(a, b)).map(({ row }) => row)
  const best = sorted.find(({ state, value }) => value !== null && ENDED_WELL.includes(state))
  return {
    version: 1,
    trainspec: ownVersion(),
    name: trials[0]!.spec.name,
    folder,
    monitor,
    fields: Object.keys(trials[0]!.values),
    tests: [
      ...new Set(sorted.flatMap(({ measures }) => Object.keys(measures).filter((key) => key.startsWith('test_')))),
    ],
    trials: sorted,
    best: best?.trial ?? null,
  }
}

/** States of trials whose model was trained as long as it should be. */
const ENDED_WELL: readonly TrialStateName[] = ['completed', 'early_stopping', 'time_budget']

function stateName(state: TrialState, rungs: readonly Rung[]): TrialStateName {
  const { record, failure, isRunning } = state
  if (isRunning) return 'under_way'
  if (failure !== null) return 'failed'
  const { history } = record
  if (isComplete(record)) return (history?.stop.reason ?? 'completed') as TrialStateName
  if (isThere(state, rungs)) return 'stopped'
  return history === null ? 'waiting' : 'interrupted'
}

/** With folds, those of each fold. */
const epochsOf = ({ record, trial }: TrialState): number =>
  record.means === null ? epochsDone(record) : trial.spec.fit.epochs

/** Returns how far the runs of trials under way are, from the histories that they write. */
export async function progressOf(
  folder: string,
  states: readonly TrialState[],
  key: string,
): Promise<ReadonlyMap<number, TrialProgress>> {
  const running = states.filter(({ isRunning }) => isRunning)
  const found = running.map(async ({ trial }) => {
    const path = join(trialFolder(folder, trial.number), TRIAL_FILES.run, RUN_FILES.rows)
    const text = await readFile(path, 'utf8').catch(() => '')
    return [trial.number, lastRow(text, key)] as const
  })
  return new Map(await Promise.all(found))
}

function lastRow(text: string, key: string): TrialProgress {
  const { count, value } = rowsUnderWay(text)
  return { epochs: count, value: count === 0 ? null : value(key, count - 1) }
}

/** Writes the table, and the spec of the best trial. */
export async function writeResults(folder: string, report: SweepReport, { trials }: SweepPlan): Promise<void> {
  await inWords('write the table of the sweep', () =>
    writeFileAtomic(join(folder, SWEEP_FILES.table), sweepCsv(report)),
  )
  const best = trials.find(({ number }) => number === report.best)
  if (!best) return
  const text = jsonText(specSeenFrom(folder, best.spec))
  await inWords('write the spec of the best trial', () => writeFileAtomic(join(folder, SWEEP_FILES.best), text))
}
