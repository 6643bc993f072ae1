/** `train SPEC`: reads, loads, compiles, trains, tests, and leaves the results in a folder. */
import { join } from 'node:path'
import type { Issue } from '../base/issue.js'
import { warnOfSplit } from '../data/check.js'
import type { StateValues } from '../engine/engine.js'
import { historyFile } from '../export/history-writer.js'
import { saveModel } from '../export/model.js'
import type { IssueDraft } from '../spec/document.js'
import { RUN_FILES } from '../spec/run-files.js'
import { isStacked, type ResolvedSpec } from '../spec/spec.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { listenForInterrupt } from './interrupt.js'
import { type Io, say } from './io.js'
import { learnsLabels } from './learner.js'
import { nextData } from './next-data.js'
import type { Options } from './options.js'
import { overridesOf } from './overrides.js'
import { type Opened, openData } from './prepare.js'
import { requireSpec } from './read-spec.js'
import { checkPlaces, createFolder, openResults, userHistory, writeSpec } from './results.js'
import { run } from './run.js'
import type { Session } from './session.js'
import { asLayers, type Stage, stagesOf } from './stages.js'
import { showWarnings } from './warnings.js'

export async function train(file: string, options: Options, io: Io): Promise<ExitCode> {
  const { spec, warnings, issue } = await requireSpec(file, overridesOf(options), io.stdin)
  await checkPlaces(options)
  if (options.verbose !== '0') showWarnings(warnings, io)
  const interrupt = listenForInterrupt(io)
  try {
    const { verbose } = options
    const opened = await openData(spec, { quiet: verbose === '0', logs: verbose === '3' }, io)
    const ofData = warningsOfData(spec, opened.dataset).map(issue)
    if (verbose !== '0') showWarnings(ofData, io)
    const all = [...warnings, ...ofData]
    return await runStages({ spec, warnings: all, options, io, signal: interrupt.signal, opened })
  } finally {
    interrupt.stop()
  }
}

interface Work {
  readonly spec: ResolvedSpec
  /** Of the spec. */
  readonly warnings: readonly Issue[]
  readonly options: Options
  readonly io: Io
  readonly signal: AbortSignal
  readonly opened: Opened
}

/** What the data say against the spec, and only reading them tells. */
const warningsOfData = (spec: ResolvedSpec, { info, train }: Opened['dataset']): readonly IssueDraft[] =>
  stagesOf(spec, info).some((stage) => learnsLabels(stage.spec)) ? warnOfSplit(spec.fit, train) : []

/** One after another, as long as each comes to its end. */
async function runStages(work: Work): Promise<ExitCode> {
  const { spec, options, io, signal, opened } = work
  const stages = stagesOf(spec, opened.dataset.info)
  const trained: StateValues[] = []
  let { dataset } = opened
  let directory: string | undefined
  for (const [index, stage] of stages.entries()) {
    const session = await opened.compile(stage.spec, dataset)
    try {
      if (signal.aborted) return interruptedBefore(stage, directory, io)
      if (stage.first) await session.runner.write(stage.first(trained))
      directory ??= await createFolder(spec, options)
      const code = await runStage(work, stage, session, directory, index === stages.length - 1)
      if (code !== EXIT.done) return code
      if (stage.folder !== null) trained.push(await session.runner.read())
    } finally {
      await session.runner.dispose()
    }
    const next = stages[index + 1]
    if (!next) continue
    const made = await dataFor(next, { stage, weights: trained.at(-1)!, dataset }, work)
    if (made === null) return interruptedBefore(next, directory, io)
    dataset = made
  }
  if (isStacked(spec) && spec.model.fine_tune === null) {
    const { model, weights } = asLayers(spec, opened.dataset.info, trained)
    await saveModel(join(directory!, RUN_FILES.model), model, weights, { checksum: true })
  }
  return EXIT.done
}

/** The last stage's history is that of the run. */
async function runStage(
  { warnings, options, io, signal, opened }: Work,
  stage: Stage,
  session: Session,
  directory: string,
  isLast: boolean,
): Promise<ExitCode> {
  const { spec, title, folder, alone } = stage
  const place = folder === null ? directory : join(directory, folder)
  const ofRun =
    folder === null ? [] : [RUN_FILES.rows, RUN_FILES.history].map((file) => historyFile(join(directory, file)))
  const results = await openResults(place, session.model, isLast ? [...ofRun, ...userHistory(options, io)] : [])
  try {
    if (folder !== null && alone) await writeSpec(place, spec)
    if (title !== null && options.verbose !== '0') say(io, title)
    return await run({ spec, warnings, options, io, signal, session, results, engine: opened.engine, pictures: alone })
  } finally {
    await results.close()
  }
}

interface Done {
  readonly stage: Stage
  readonly weights: StateValues
  /** What it has learnt. */
  readonly dataset: Opened['dataset']
}

/** What the next stage learns; `null` when interrupted. */
async function dataFor(next: Stage, { stage, weights, dataset }: Done, { signal, opened }: Work) {
  // the network learns the data itself
  if (next.folder === null) return opened.dataset
  try {
    return await opened.waiting('Computing what is learnt next', () =>
      nextData(stage.spec, weights, dataset, opened.engine, signal),
    )
  } catch (error) {
    if (signal.aborted) return null
    throw error
  }
}

function interruptedBefore({ title }: Stage, directory: string | undefined, io: Io): ExitCode {
  const words =
    directory === undefined
      ? 'Interrupted before training began; nothing was written.'
      : `Interrupted before this began: ${title}. Files: ${directory}`
  say(io, words)
  return EXIT.interrupted
}
