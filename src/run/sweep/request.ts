/** `sweep.json`: the request of a sweep, so that the same command goes on with it, and another one is refused. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../../base/atomic-file.js'
import { inWords } from '../../base/file-problem.js'
import { UserError } from '../../base/issue.js'
import { isObject, jsonOf, jsonText } from '../../base/json.js'
import { SWEEP_FILES } from '../../spec/sweep-files.js'
import { cutTo } from '../../spec/words.js'
import { differences } from '../differences.js'
import { specSeenFrom } from '../spec-seen-from.js'
import { ownVersion } from '../versions.js'
import type { SweepPlan } from './plan.js'

/** The number of processors of each trial is that of the beginning, because results depend on it. */
interface Stored {
  readonly processors: number
}

/** Throws a UserError if the folder has files of something else. */
export async function checkSweepFolder(folder: string): Promise<void> {
  const entries = await inWords('read the folder of the sweep', () =>
    readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [] as string[]
      throw error
    }),
  )
  const others = entries.filter((entry) => entry !== SWEEP_FILES.lock && !entry.endsWith('.tmp'))
  if (others.length === 0 || entries.includes(SWEEP_FILES.request)) return
  throw new UserError(
    `The folder ${folder} is not empty, and has no ${SWEEP_FILES.request}: it is not the folder of a sweep. Give another one with --out.`,
  )
}

/**
 * Reads the request in the folder of a sweep, or writes that of a new one. Without halving the number of trials may grow.
 * Throws a UserError that lists the differences to another request.
 */
export async function openRequest(folder: string, plan: SweepPlan, processors: number): Promise<Stored> {
  const path = join(folder, SWEEP_FILES.request)
  const asked = requestOf(folder, plan)
  const write = (each: number) =>
    inWords('write the request of the sweep', () =>
      writeFileAtomic(path, jsonText({ version: 1, trainspec: ownVersion(), processors: each, request: asked })),
    )
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  if (text === undefined) {
    await write(processors)
    return { processors }
  }
  const { version, request, processors: before, trainspec } = storedIn(text, path)
  if (version !== 1) throw new UserError(`${path}: is of another version of trainspec, ${trainspec}`)
  const runs = plan.trials.length
  const grows = plan.sweep.halving === null && request.sweep.runs < runs
  check(grows ? { ...request, sweep: { ...request.sweep, runs } } : request, JSON.parse(jsonText(asked)), folder)
  if (grows) await write(before)
  return { processors: before }
}

/** Everything that the result depends on. Trials are made of it, so the first spec stands for the one that was given. */
function requestOf(folder: string, { sweep, monitor, trials, rows }: SweepPlan) {
  const { parallel: _, ...rest } = sweep
  return {
    sweep: { ...rest, monitor: monitor.key, runs: trials.length },
    rows,
    spec: specSeenFrom(folder, trials[0]!.spec),
  }
}

interface StoredDocument extends Stored {
  readonly version: unknown
  readonly trainspec: unknown
  readonly request: { readonly sweep: { readonly runs: number } }
}

function storedIn(text: string, path: string): StoredDocument {
  const document = jsonOf(text)
  const request = isObject(document) ? document.request : null
  const isStored = isObject(document) && Number.isInteger(document.processors) && isObject(request)
  if (isStored && isObject(request.sweep)) return document as unknown as StoredDocument
  throw new UserError(`${path}: is not a file of \`train sweep\``)
}

/** Differences that a message lists. */
const MOST = 12

function check(before: object, now: object, folder: string): void {
  const found = differences([before, now])
  if (found.length === 0) return
  const lines = found
    .slice(0, MOST)
    .map(({ path, values: [was, is] }) => `    ${path.join('.')}: ${text(was)}, now ${text(is)}`)
  const more = found.length > MOST ? [`    and ${found.length - MOST} more`] : []
  throw new UserError(
    [
      `The folder ${folder} has the trials of another sweep. These fields differ:`,
      ...lines,
      ...more,
      'Give --out FOLDER for a new sweep, or repeat the command of the first one to go on with it.',
    ].join('\n'),
  )
}

const text = (value: unknown): string => (value === undefined ? 'none' : cutTo(60, JSON.stringify(value)))
