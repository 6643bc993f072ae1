/** Everything about the places of results that can be wrong before the work: each can be written, and is no other's. */
import { fstatSync, realpathSync, type Stats, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { inWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { fillTemplate, parseTemplate } from '../base/python-format.js'
import { checkNewPath, checkWritable } from '../base/writable.js'
import { checkHeader } from '../export/callback-files.js'
import { checkHistoryPath, formatOf, type HistoryFormat } from '../export/history-writer.js'
import { checkEmpty } from '../export/run-directory.js'
import { callbacksOf } from '../run/session.js'
import { RUN_FILES } from '../spec/run-files.js'
import { historyKeys, type ResolvedSpec } from '../spec/spec.js'

/** A file, or an open file by its number, and how it is called. */
export interface Place {
  readonly name: string
  readonly at: string | number
}

/** Standard output and error are written too, where they are files. */
const STREAMS: readonly Place[] = [
  { name: 'standard output', at: 1 },
  { name: 'standard error', at: 2 },
]

/** Options that say where results go. */
export interface PlaceOptions {
  readonly out?: string | undefined
  readonly history?: string | undefined
  readonly 'history-format'?: HistoryFormat | undefined
}

/** Of `train` and `find-lr`. */
export async function checkRunPlaces(spec: ResolvedSpec, file: string, options: PlaceOptions): Promise<void> {
  const { history, 'history-format': format, out } = options
  const isFile = history !== undefined && history !== '-'
  const callbacks = callbackPlaces(spec, out ?? join('runs', spec.name, '1'))
  await together([
    async () => (out === undefined ? undefined : checkEmpty(out)),
    ...(out === undefined ? [] : [() => inWords('make the folder of the run', () => checkNewPath(out))]),
    () => inWords('make the folder of the run', () => checkNewPath(join('runs', spec.name))),
    async () => (isFile ? checkHistoryPath(history, format ?? formatOf(history)) : undefined),
    ...callbacks.map(
      ({ name, at, check }) =>
        () =>
          inWords(`write what ${name} writes`, () => check(at)),
    ),
    async () =>
      checkApart(
        [specPlace(file)],
        [...(isFile ? [{ name: '--history', at: history }] : []), ...callbacks, ...(out ? ownFiles(out) : [])],
      ),
  ])
}

export const specPlace = (file: string): Place => ({ name: 'the spec', at: file === '-' ? 0 : file })

/** What lies in the folder of every run. */
export const ownFiles = (directory: string): Place[] =>
  [RUN_FILES.spec, RUN_FILES.rows, RUN_FILES.history, `${RUN_FILES.model}/model.json`, `${RUN_FILES.model}/weights.bin`]
    .map((file) => join(directory, file))
    .map((at) => ({ name: at, at }))

/** Of a file that is written whole. */
export async function checkFilePlace(name: string, path: string, inputs: readonly Place[]): Promise<void> {
  await inWords(`write ${name}`, () => checkWritable(path, { replaced: true }))
  checkApart(inputs, [{ name, at: path }])
}

/** Throws a UserError where something would be written over an input, or two things in one place. */
function checkApart(inputs: readonly Place[], outputs: readonly Place[]): void {
  const taken = new Map<string, Place & { readonly isInput: boolean }>()
  const all = [
    ...inputs.map((place) => ({ ...place, isInput: true })),
    ...[...STREAMS, ...outputs].map((place) => ({ ...place, isInput: false })),
  ]
  for (const place of all) {
    const found = identityOf(place.at)
    if (found === undefined) continue
    const other = taken.get(found)
    taken.set(found, other ?? place)
    // a shell has opened these, and may have opened one for both
    if (other === undefined || place.isInput || STREAMS.some(({ name }) => name === place.name)) continue
    const shown = typeof place.at === 'string' && place.at !== place.name ? `${place.name}: ${place.at}` : place.name
    throw new UserError(
      other.isInput
        ? `${shown} is ${other.name}, which would be lost; choose another file.`
        : `${shown} and ${other.name} are one file; choose another for one of them.`,
    )
  }
}

/** The same for two names of one file; `undefined` of what any number of writers may share. */
function identityOf(at: string | number): string | undefined {
  const found = statOf(at)
  if (found) return found.isFile() || found.isFIFO() ? `${found.dev}:${found.ino}` : undefined
  return typeof at === 'number' ? undefined : realPathOf(resolve(at))
}

function statOf(at: string | number): Stats | undefined {
  try {
    return typeof at === 'number' ? fstatSync(at) : statSync(at)
  } catch {
    return undefined
  }
}

/** Of a file that is not there yet. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return dirname(path) === path ? path : join(realPathOf(dirname(path)), basename(path))
  }
}

interface CallbackPlace extends Place {
  readonly at: string
  check(path: string): Promise<void>
}

/** As they are in the last epoch, whose number is the longest. */
function callbackPlaces(spec: ResolvedSpec, directory: string): CallbackPlace[] {
  const headers = headersOf(spec)
  return spec.callbacks.flatMap((callback): CallbackPlace[] => {
    switch (callback.type) {
      case 'CSVLogger': {
        const check = async (path: string) => {
          await checkWritable(path, { replaced: false, folders: true })
          await checkHeader(path, headers.get(callback.filename)!)
        }
        return [{ name: callback.type, at: resolve(directory, callback.filename), check }]
      }
      case 'TensorBoard':
        return [{ name: callback.type, at: resolve(directory, callback.log_dir), check: checkNewPath }]
      case 'ModelCheckpoint': {
        const pieces = parseTemplate(callback.filepath)
        if ('problem' in pieces) return []
        const numbers = new Proxy({}, { get: () => spec.fit.epochs })
        const path = fillTemplate(pieces, numbers, ['epoch', 'batch'])
        return [{ name: callback.type, at: resolve(directory, path), check: checkNewPath }]
      }
      default:
        return []
    }
  })
}

/** The first lines of files that callbacks add rows to. */
const headersOf = (spec: ResolvedSpec): ReadonlyMap<string, string> =>
  new Map(
    callbacksOf(spec)
      .flatMap((callback) => callback.onBegin?.(historyKeys(spec)) ?? [])
      .flatMap((action) => (action.type === 'appendText' ? [[action.path, action.header] as const] : [])),
  )

/** All that is wrong, at once. */
async function together(checks: readonly (() => Promise<unknown>)[]): Promise<void> {
  const problems = new Set<string>()
  for (const check of checks) {
    try {
      await check()
    } catch (error) {
      if (!(error instanceof UserError) || error.issues.length > 0) throw error
      problems.add(error.message)
    }
  }
  if (problems.size > 0) throw new UserError([...problems].join('\n'))
}
