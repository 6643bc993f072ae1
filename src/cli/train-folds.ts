/** Trains a model once for each fold of the data, and reports mean and spread of its measures. */
import { join } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.js'
import { inWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { loadData } from '../data/load.js'
import { foldsLines } from '../report/folds.js'
import { expectationLines } from '../report/run-summary.js'
import { foldsReport, type TrainedFold } from '../run/folds.js'
import { createFolder } from '../run/results.js'
import { RUN_FILES } from '../spec/run-files.js'
import type { ResolvedSpec } from '../spec/spec.js'
import type { Metrics } from '../training/events.js'
import { checkExpectations } from '../training/gate.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { codeOfInterruption } from './interrupt.js'
import { say } from './io.js'
import { runStages, type Work } from './run-stages.js'

/** The folder of the run gets a folder for each fold, which is a run of its own. Ends when a fold fails. */
export async function trainFolds(work: Work, count: number): Promise<ExitCode> {
  const { spec, options, io, interrupt, opened } = work
  const isQuiet = options.verbose === '0'
  if (options.history !== undefined) {
    throw new UserError('--history cannot be used with "k_fold": each fold has a history in its own folder')
  }
  const directory = await createFolder(spec, options.out)
  const folds: TrainedFold[] = []
  for (let fold = 1; fold <= count; fold++) {
    // expectations are about the means
    const one = { ...spec, fit: { ...spec.fit, fold }, expect: {} } as ResolvedSpec
    const data = fold === 1 ? opened.data : await opened.waiting(`Loading fold ${fold}`, () => loadData(one))
    if (interrupt.signal.aborted) {
      say(io, `Interrupted before fold ${fold} of ${count}. Files: ${directory}`)
      return codeOfInterruption(interrupt.signal)
    }
    if (!isQuiet) say(io, `Fold ${fold} of ${count}`)
    const folder = join(RUN_FILES.folds, String(fold))
    const { code, scores } = await runStages({
      ...work,
      spec: one,
      options: { ...options, out: join(directory, folder) },
      opened: { ...opened, data },
    })
    if (code !== EXIT.done || scores === null) return code
    folds.push({ folder, scores })
  }
  const report = foldsReport(spec.name, folds)
  await interrupt.saving(() =>
    inWords('write the measures of the folds', () =>
      writeFileAtomic(join(directory, RUN_FILES.foldsReport), `${JSON.stringify(report, null, 2)}\n`),
    ),
  )
  const expectations = checkExpectations(spec.expect, means(report.mean))
  const lines = isQuiet ? [] : [...foldsLines(report), `Files: ${directory}`]
  for (const line of [...lines, ...expectationLines(expectations)]) say(io, line)
  return expectations.every(({ passed }) => passed) ? EXIT.done : EXIT.expectationFailed
}

/** A mean that is not finite is missing. */
const means = (mean: Readonly<Record<string, number | null>>): Metrics =>
  Object.fromEntries(Object.entries(mean).flatMap(([key, value]) => (value === null ? [] : [[key, value]])))
