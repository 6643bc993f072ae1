/** Checks the paths of results before the work begins: each can be written, and no two are the same file. */
import { fstatSync, realpathSync, type Stats, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { inWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { fillTemplate, parseTemplate } from '../base/python-format.js'
import { checkNewPath, checkWritable } from '../base/writable.js'
import { checkHeader } from '../export/callback-files.js'
import { formatOf, type HistoryFormat } from '../export/history-formats.js'
import { checkHistoryPath } from '../export/history-writer.js'
import { checkEmpty } from '../export/run-directory.js'
import { callbacksOf } from '../run/session.js'
import { RUN_FILES } from '../spec/run-files.js'
import { historyKeys, type ResolvedSpec } from '../spec/spec.js'
import { checkAll } from './check-all.js'

/** A file, given by its path or its file descriptor, and its name in messages. */
export interface Place {
  readonly name: string
  readonly at: string | number
}

/** The descriptor of standard output. */
export const STDOUT = 1

/** Standard output and standard error, which may be redirected to files. */
const STREAMS: readonly Place[] = [
  { name: 'standard output', at: STDOUT },
  { name: 'standard error', at: 2 },
]

/** Options that say where results go. */
export interface PlaceOptions {
  readonly out?: string | undefined
  readonly history?: string | undefined
  readonly 'history-format'?: HistoryFormat | undefined
}

/**
 * Checks every path that `train` or `find-lr` writes, and where events go. Throws a UserError that lists all problems.
 * `resumed`: the folder of a run that goes on, which has files.
 */
export async function checkRunPlaces(
  spec: ResolvedSpec,
  file: string,
  options: PlaceOptions,
  events: Place | null = null,
  resumed: string | null = null,
): Promise<void> {
  const { history, 'history-format': format } = options
  const out = resumed === null ? options.out : undefined
  const isFile = history !== undefined && history !== '-'
  const callbacks = callbackPlaces(spec, resumed ?? out ?? join('runs', spec.name, '1'))
  await checkAll([
    async () => {
      if (history === '-' && events?.at === STDOUT) {
        throw new UserError('--history and --events cannot both be standard output.')
      }
    },
    async () => (out === undefined ? undefined : checkEmpty(out)),
    ...(out === undefined ? [] : [() => inWords('create the folder of the run', () => checkNewPath(out))]),
    () => inWords('create the folder of the run', () => checkNewPath(join('runs', spec.name))),
    async () => (isFile ? checkHistoryPath(history, format ?? formatOf(history)) : undefined),
    ...callbacks.map(
      ({ name, at, check }) =>
        () =>
          inWords(`write the files of ${name}`, () => check(at)),
    ),
    async () =>
      checkApart(
        [specPlace(file)],
        [
          ...(isFile ? [{ name: '--history', at: history }] : []),
          ...(events === null || events.at === STDOUT ? [] : [{ name: '--events', at: events.at }]),
          ...callbacks,
          ...(out ? ownFiles(out) : []),
        ],
      ),
  ])
}

export const specPlace = (file: string): Place => ({ name: 'the spec', at: file === '-' ? 0 : file })

/** The files that are in the folder of every run. */
export const ownFiles = (directory: string): Place[] =>
  [
    RUN_FILES.spec,
    RUN_FILES.preparation,
    RUN_FILES.rows,
    RUN_FILES.history,
    `${RUN_FILES.model}/model.json`,
    `${RUN_FILES.model}/weights.bin`,
  ]
    .map((file) => join(directory, file))
    .map((at) => ({ name: at, at }))

/** Checks the path of a file that is written whole, to replace any file there. */
export async function checkFilePlace(name: string, path: string, inputs: readonly Place[]): Promise<void> {
  await inWords(`write ${name}`, () => checkWritable(path, { replaced: true }))
  checkApart(inputs, [{ name, at: path }])
}

/** Throws a UserError if an output would overwrite an input, or two outputs are the same file. */
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
    // the shell opened the streams, and may have sent both to one file
    if (other === undefined || place.isInput || STREAMS.some(({ name }) => name === place.name)) continue
    const shown = typeof place.at === 'string' && place.at !== place.name ? `${place.name}: ${place.at}` : place.name
    throw new UserError(
      other.isInput
        ? `${shown} would overwrite ${other.name}; choose another file.`
        : `${shown} and ${other.name} are the same file; choose another for one of them.`,
    )
  }
}

/**
 * Returns an identity that all names of one file share. Undefined for what any number of writers may use, such as a
 * terminal.
 */
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

/** Resolves the links in the path of a file that may not exist yet. */
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

/** The paths that callbacks write, as in the last epoch, whose number has the most digits. */
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

/** Header lines of the files to which callbacks append rows, by path. */
const headersOf = (spec: ResolvedSpec): ReadonlyMap<string, string> =>
  new Map(
    callbacksOf(spec)
      .flatMap((callback) => callback.onBegin?.(historyKeys(spec)) ?? [])
      .flatMap((action) => (action.type === 'appendText' ? [[action.path, action.header] as const] : [])),
  )
