/** Lists runs in folders: what their files say, also while they are under way. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { inWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { isObject, jsonOf } from '../base/json.js'
import type { History } from '../export/history.js'
import { readHistory } from '../export/read-history.js'
import { holderOf } from '../export/run-lock.js'
import type { RunsReport } from '../export/runs-report.js'
import { RUN_FILES } from '../spec/run-files.js'
import { rowsUnderWay } from './rows-under-way.js'

export type ListedRun = RunsReport['runs'][number]

/** Folders below one another that are looked into. */
const DEEPEST = 6

/** Returns all runs in the folders, the newest first. Throws a UserError for a folder that is none. */
export async function listRuns(folders: readonly string[]): Promise<ListedRun[]> {
  for (const folder of folders) {
    const found = await stat(folder).catch(() => undefined)
    if (!found?.isDirectory()) throw new UserError(`${folder}: no such folder`)
  }
  const paths = (await Promise.all(folders.map((folder) => runsIn(folder, DEEPEST)))).flat()
  const runs = await Promise.all([...new Set(paths)].map(lookAtRun))
  return runs.filter((run) => run !== null).toSorted((a, b) => b.started.localeCompare(a.started))
}

/** The folders of runs. One with folds has a run for each of these. */
async function runsIn(folder: string, depth: number): Promise<string[]> {
  const entries = await inWords(`read ${folder}`, () => readdir(folder, { withFileTypes: true }))
  const has = (name: string) => entries.some((entry) => entry.name === name)
  if (has(RUN_FILES.folds)) return runsIn(join(folder, RUN_FILES.folds), depth - 1)
  if (has(RUN_FILES.spec)) return [folder]
  const inside = depth === 0 ? [] : entries.filter((entry) => entry.isDirectory())
  return (await Promise.all(inside.map(({ name }) => runsIn(join(folder, name), depth - 1)))).flat()
}

/** Returns null for a run that is removed meanwhile. */
async function lookAtRun(run: string): Promise<ListedRun | null> {
  const spec = await timesOf(join(run, RUN_FILES.spec))
  if (!spec) return null
  const files = await Promise.all([RUN_FILES.rows, RUN_FILES.history].map((name) => timesOf(join(run, name))))
  const changed = Math.max(spec.mtimeMs, ...files.map((found) => found?.mtimeMs ?? 0))
  const of = epochsOf(jsonOf(await readFile(join(run, RUN_FILES.spec), 'utf8').catch(() => '')))
  const about = { run, of, changed: new Date(changed).toISOString(), bytes: await bytesIn(run) }
  const isHeld = (await holderOf(run).catch(() => null)) !== null
  if (files[1] && !isHeld) {
    const history = await readHistory(run).then(
      (stored) => stored.history,
      () => null,
    )
    if (history) {
      const { started, epochs, stop } = history
      return { ...about, state: stop.reason, score: scoreOf(history), epochs, started }
    }
    const started = new Date(spec.mtimeMs).toISOString()
    return { ...about, state: 'unreadable', score: null, epochs: 0, started }
  }
  const { metrics, epochs } = measuresUnderWay(await readFile(join(run, RUN_FILES.rows), 'utf8').catch(() => ''))
  return {
    ...about,
    state: isHeld ? 'under_way' : 'cut_off',
    score: scoreOf({ metrics, best: null }),
    epochs,
    started: new Date(spec.mtimeMs).toISOString(),
  }
}

const timesOf = (path: string) => stat(path).catch(() => undefined)

/** The size of all files; what is removed meanwhile does not count. */
async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])
  const sizes = await Promise.all(
    entries.map(async (entry) =>
      entry.isFile() ? ((await timesOf(join(entry.parentPath, entry.name)))?.size ?? 0) : 0,
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

const epochsOf = (spec: unknown): number | null => {
  const epochs = isObject(spec) && isObject(spec.fit) ? spec.fit.epochs : undefined
  return Number.isInteger(epochs) ? (epochs as number) : null
}

/** The value by which a person would compare runs. */
function scoreOf({ metrics, best }: Pick<History, 'metrics' | 'best'>): ListedRun['score'] {
  if (best) return { key: best.monitor, value: best.value }
  const keys = Object.keys(metrics)
  const key =
    keys.find((one) => one.startsWith('val_') && one !== 'val_loss') ??
    keys.find((one) => one === 'val_loss') ??
    keys.find((one) => one !== 'loss') ??
    keys[0]
  return key === undefined ? null : { key, value: metrics[key]!.at(-1) ?? null }
}

/** Columns of `history.csv` that are no measures. */
const OTHERS = ['epoch', 'learning_rate', 'seconds']

/** The measures of a history that is being written. */
function measuresUnderWay(text: string): Pick<History, 'metrics' | 'epochs'> {
  const { columns, count, value } = rowsUnderWay(text)
  const measured = count === 0 ? [] : columns.filter((name) => !OTHERS.includes(name))
  const column = (name: string) => Array.from({ length: count }, (_, row) => value(name, row))
  return { metrics: Object.fromEntries(measured.map((name) => [name, column(name)])), epochs: count }
}
