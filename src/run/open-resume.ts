/** Opens a run to go on with it: its spec must be the same, but for what does not change the results. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../base/issue.js'
import { type ComputedBy, checkpointNumbers, newestFacts } from '../export/checkpoint-file.js'
import type { History } from '../export/history.js'
import { readJson } from '../export/read-document.js'
import { RUN_FILES } from '../spec/run-files.js'
import type { ResolvedSpec } from '../spec/spec.js'
import { type Difference, differenceLine, differences, HARMLESS } from './differences.js'
import { endedHistory, type ResumeWork } from './resume.js'
import { specSeenFrom } from './spec-seen-from.js'
import { hasFolds } from './train-folds.js'

export interface OpenedRun {
  /** The history of a run that is complete, so that nothing is left to do; null for one that goes on. */
  readonly complete: History | null
  readonly resume: ResumeWork
  /**
   * The spec with which it goes on. Its engine is that of the run: whoever resumes a run on another engine does not want
   * to train it again there.
   */
  readonly spec: ResolvedSpec
}

/**
 * `spec` is that with which the run shall go on. Throws a UserError with the differences if it is not that of the run,
 * unless it may have changed; more epochs are allowed always.
 */
export async function openResume(
  directory: string,
  spec: ResolvedSpec,
  { allowsChange }: Pick<ResumeWork, 'allowsChange'>,
): Promise<OpenedRun> {
  const before = await readJson(join(directory, RUN_FILES.spec))
  const after: unknown = JSON.parse(JSON.stringify(specSeenFrom(directory, spec)))
  const found = differences([before, after]).filter(({ path }) => !HARMLESS.includes(path[0]!))
  const changes = found.filter((one) => !isMoreEpochs(one))
  if (changes.length > 0 && !allowsChange) {
    const lines = changes.map((one) => differenceLine(one, ['in the run', 'now']))
    throw new UserError(
      [
        `The spec differs from that of the run in ${directory}:`,
        ...lines,
        'With --allow-change the run goes on with the changed spec.',
      ].join('\n'),
    )
  }
  if (found.length > 0 && hasFolds(spec)) {
    throw new UserError(
      `The run in ${directory} has folds, which must all have the same spec; it goes on with its own only.`,
    )
  }
  const hasOtherCallbacks = found.some(({ path }) => CALLBACKS.includes(path[0]!))
  const hasOtherOptimizer = found.some(({ path }) => path.join('.') === 'optimizer.type')
  const { engine, device } = before as ResolvedSpec
  const opened = {
    resume: { isChanged: found.length > 0, hasOtherCallbacks, hasOtherOptimizer, allowsChange },
    spec: { ...spec, engine, device } as ResolvedSpec,
  }
  const ended = await endedRun(directory, spec)
  if (ended === null) return { complete: null, ...opened }
  if (found.length === 0) return { complete: ended, ...opened }
  if ((await newestFacts(join(directory, RUN_FILES.checkpoints))) !== null) return { complete: null, ...opened }
  throw new UserError(
    `The run in ${directory} is complete and has no checkpoint, so it cannot go on. Train the spec in another folder.`,
  )
}

const CALLBACKS: readonly string[] = ['callbacks', 'early_stopping']

const isMoreEpochs = ({ path, values: [old, now] }: Difference): boolean =>
  path.join('.') === 'fit.epochs' && Number(now) > Number(old)

/** The history of a run of which nothing is left to do; null if something is. */
async function endedRun(directory: string, spec: ResolvedSpec): Promise<History | null> {
  if (hasFolds(spec)) {
    const isThere = await stat(join(directory, RUN_FILES.foldsReport)).catch(() => undefined)
    return isThere ? endedHistory(join(directory, RUN_FILES.folds, String(spec.fit.k_fold))) : null
  }
  const model = await stat(join(directory, RUN_FILES.model, 'model.json')).catch(() => undefined)
  return model ? endedHistory(directory) : null
}

/** The engine that computed the newest checkpoint of a run, in one of its stages or folds; null without a checkpoint. */
export async function engineOf(directory: string): Promise<ComputedBy | null> {
  for (const folder of await checkpointFolders(directory)) {
    const facts = await newestFacts(folder)
    if (facts) return facts.computedBy
  }
  return null
}

/** The number of the newest checkpoint in each part of a run that has one: a text that changes with every new one. */
export async function newestCheckpoints(directory: string): Promise<string> {
  const newest = (await checkpointFolders(directory)).map((folder) => [folder, checkpointNumbers(folder).at(-1)])
  return JSON.stringify(newest.filter(([, number]) => number !== undefined))
}

/** The folders with checkpoints of a run, and of its stages and folds. */
async function checkpointFolders(directory: string): Promise<readonly string[]> {
  const inside = async (folder: string) => (await readdir(folder).catch(() => [])).map((name) => join(folder, name))
  const folds = await inside(join(directory, RUN_FILES.folds))
  const runs = [directory, ...folds]
  const stages = await Promise.all(runs.map((run) => inside(join(run, RUN_FILES.stages))))
  return [...runs, ...stages.flat()].map((stage) => join(stage, RUN_FILES.checkpoints))
}
