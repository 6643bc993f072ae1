/** Trains a model once for each fold of the data, and measures mean and spread. */
import { join } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.js'
import { inWords } from '../base/file-problem.js'
import { jsonText } from '../base/json.js'
import { loadData } from '../data/load.js'
import type { FoldsReport } from '../export/folds-report.js'
import { RUN_FILES } from '../spec/run-files.js'
import type { ResolvedSpec } from '../spec/spec.js'
import type { Metrics } from '../training/events.js'
import { checkExpectations, type Expectation, type Measured, scoresOf } from '../training/gate.js'
import { foldsReport, type TrainedFold } from './folds.js'
import { createFolder, reopenFolder } from './results.js'
import { endedHistory, isRun, measuredIn } from './resume.js'
import { trainStages } from './train-stages.js'
import type { Work } from './work.js'
import type { StagesEnd, WorkEvent } from './work-events.js'

/** How the folds of a run ended. */
export interface FoldsEnd extends StagesEnd {
  /** Null if a fold failed. */
  readonly folds: { readonly report: FoldsReport; readonly expectations: readonly Expectation[] } | null
}

/** True if a spec is trained once for each fold. */
export const hasFolds = ({ fit: { k_fold, fold } }: ResolvedSpec): boolean => k_fold !== null && fold === null

/** The folder of the run gets a folder for each fold, which is a run of its own. Ends when a fold fails. */
export async function* trainFolds(work: Work): AsyncGenerator<WorkEvent, FoldsEnd> {
  const { spec, out, resume } = work
  const own = out === null ? null : await (resume ? reopenFolder(out!) : createFolder(spec, out))
  try {
    return yield* foldsIn(own?.directory ?? null, work)
  } finally {
    await own?.lock.release()
  }
}

async function* foldsIn(directory: string | null, work: Work): AsyncGenerator<WorkEvent, FoldsEnd> {
  const { spec, host, resume = null } = work
  const count = spec.fit.k_fold!
  const folds: TrainedFold[] = []
  const runs: Measured[] = []
  for (let fold = 1; fold <= count; fold++) {
    // expectations are about the means
    const one = { ...spec, fit: { ...spec.fit, fold }, expect: {} } as ResolvedSpec
    const folder = join(RUN_FILES.folds, String(fold))
    const place = directory && join(directory, folder)
    const ended = resume && (await endedHistory(place!))
    if (ended && ended.stop.reason !== 'diverged') {
      const measured = measuredIn(ended)
      folds.push({ folder, scores: scoresOf(measured) })
      runs.push(measured)
      continue
    }
    const data = fold === 1 ? work.data : await host.waiting(`Loading fold ${fold}`, () => loadData(one))
    const words = `fold ${fold} of ${count}`
    if (host.signal.aborted) {
      return { outcome: 'interrupted', directory, scores: null, measured: null, before: words, folds: null }
    }
    yield { type: 'fold', fold, of: count }
    const begun = resume && (await isRun(place!)) ? resume : null
    const end = yield* trainStages({ ...work, spec: one, data, out: place, resume: begun })
    if (end.outcome !== 'done' || end.scores === null || end.measured === null) {
      return { ...end, directory, measured: null, before: end.before && words, folds: null }
    }
    folds.push({ folder, scores: end.scores })
    runs.push(end.measured)
  }
  const report = foldsReport(spec.name, folds)
  if (directory !== null) {
    await host.saving(() =>
      inWords('write the measures of the folds', () =>
        writeFileAtomic(join(directory, RUN_FILES.foldsReport), jsonText(report)),
      ),
    )
  }
  const scores = means(report.mean)
  const expectations = checkExpectations(spec.expect, runs)
  const outcome = expectations.every(({ passed }) => passed) ? 'done' : 'expectationFailed'
  return { outcome, directory, scores, measured: null, before: null, folds: { report, expectations } }
}

/** A mean that is not finite is missing. */
const means = (mean: Readonly<Record<string, number | null>>): Metrics =>
  Object.fromEntries(Object.entries(mean).flatMap(([key, value]) => (value === null ? [] : [[key, value]])))
