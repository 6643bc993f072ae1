/** Reads a spec and checks everything that can be known before the first step. */
import { fstatSync } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { formatBytes } from '../base/bytes.js'
import { problemWords } from '../base/file-problem.js'
import type { DataForm } from '../base/form.js'
import { type Issue, UserError } from '../base/issue.js'
import { nearest } from '../base/nearest.js'
import { decodeUtf8 } from '../base/utf8.js'
import type { OpenData } from '../data/data.js'
import type { openData } from '../data/load.js'
import { within, withPaths } from '../data/own/paths.js'
import { type DataWatch, UNWATCHED } from '../data/watch.js'
import type { IssueDraft } from '../spec/document.js'
import type { Override } from '../spec/override.js'
import type { DataSpec, ResolvedSpec } from '../spec/spec.js'
import type { Start, StartRefusal } from './start.js'

export interface CheckedSpec {
  readonly spec: ResolvedSpec
  /** Its data, which are not read yet. */
  readonly data: OpenData
  /** The weights with which training begins; null if the spec has no `start`. */
  readonly start: Start | null
  /** Warnings about settings that are allowed but probably not meant. */
  readonly warnings: readonly Issue[]
  /** True if the spec says what `train sweep` tries. */
  readonly hasSweep: boolean
  /** Adds the position in the file to a problem found later. */
  issue(draft: IssueDraft): Issue
}

/** All problems of a spec, or of the values in its data. */
export interface Refusal {
  readonly issues: readonly Issue[]
  /** Says in a sentence what the problems of values have in common, and the remedy. */
  readonly summary?: string
}

export interface ReadOptions {
  /** True for the spec of a run, whose model is trained: it keeps no `start`, and the weights are not read. */
  readonly isTrained?: boolean
  /** Opens the data. Default: `openData` of `data/load.ts`. */
  readonly open?: typeof openData
}

/** Standard input, which the path `-` stands for; null if it does not. */
type Stdin = NodeJS.ReadableStream | null

/** Returns the resolved spec, or all issues. A file that cannot be read is an issue too. */
export async function readSpec(
  source: string,
  overrides: readonly Override[],
  stdin: Stdin,
  watch: DataWatch = UNWATCHED,
  options: ReadOptions = {},
): Promise<CheckedSpec | Refusal> {
  const text = await specText(source, stdin)
  return typeof text === 'string' ? readText(text, source, overrides, watch, options) : { issues: [text] }
}

/** The same for the text of a spec. `source` is the path that the file has or will have. */
export async function readText(
  text: string,
  source: string,
  overrides: readonly Override[],
  watch: DataWatch = UNWATCHED,
  { isTrained = false, open }: ReadOptions = {},
): Promise<CheckedSpec | Refusal> {
  const { parseSpec } = await import('../spec/parse.js')
  const { spec: given, sweep, issues, document } = parseSpec(text, { source, overrides })
  if (!given) return { issues }
  const [{ openData }, { DataError }, { withUnits }, { withInputDims }, { checkSpec, checkValues, warningsOf }] =
    await Promise.all([
      import('../data/load.js'),
      import('../data/own/problem.js'),
      import('./auto-units.js'),
      import('./auto-input-dims.js'),
      import('./check-spec.js'),
    ])
  const refusal = (drafts: readonly IssueDraft[]) => ({ issues: drafts.map((draft) => document.issue(draft)) })
  let data: OpenData
  try {
    data = await (open ?? openData)(
      { ...given, data: withPaths(given.data, (path) => within(dirname(source), path)) },
      watch,
    )
  } catch (error) {
    if (error instanceof DataError) return refusal(error.problems)
    if (!(error instanceof UserError)) throw error
    return error.issues.length > 0
      ? { issues: error.issues, summary: error.message }
      : refusal([{ code: 'data', pointer: '/data', message: error.message }])
  }
  const { spec: sized, issues: unsized } = withUnits({ ...given, data: data.data } as ResolvedSpec, data.form)
  const { spec, issues: unknown } = withInputDims(sized, data.form)
  if (unsized.length + unknown.length > 0) return refusal([...unsized, ...unknown])
  const unread = checkSpec(spec, data.form)
  if (unread.length > 0) return refusal(unread)
  const started = await withStart(isTrained ? withoutStart(spec) : spec, data.form, dirname(source))
  if ('issues' in started) return { ...started, ...refusal(started.issues) }
  const misfits = await checkValues(spec, data)
  if (misfits.length > 0) return refusal(misfits)
  const { issue } = document
  return { ...started, data, warnings: warningsOf(spec, data.form).map(issue), hasSweep: sweep !== undefined, issue }
}

/**
 * Reads the spec of a run without its data and without `start`: nothing is checked that depends on these. `written`: its
 * field `data`, with paths as they stand in the file. Throws a UserError with all issues.
 */
export async function specAlone(
  path: string,
  overrides: readonly Override[],
): Promise<Pick<CheckedSpec, 'spec' | 'issue'> & { readonly written: DataSpec }> {
  const { parseSpec } = await import('../spec/parse.js')
  const text = await specText(path, null)
  if (typeof text !== 'string') throw refused({ issues: [text] })
  const { spec, issues, document } = parseSpec(text, { source: path, overrides })
  if (!spec) throw refused({ issues })
  const data = withPaths(spec.data, (one) => within(dirname(path), one))
  return { spec: { ...withoutStart(spec), data } as ResolvedSpec, issue: document.issue, written: spec.data }
}

/** Reads the weights of `start`. The spec then has their SHA-256, and their path seen from the current folder. */
async function withStart(
  spec: ResolvedSpec,
  form: DataForm,
  folder: string,
): Promise<Pick<CheckedSpec, 'spec' | 'start'> | StartRefusal> {
  if (spec.start === undefined) return { spec, start: null }
  const { openStart } = await import('./start.js')
  const { from } = spec.start
  const given = { ...spec.start, from: isAbsolute(from) ? from : join(folder, from) }
  const start = await openStart(given, spec, form)
  return 'issues' in start ? start : { spec: { ...spec, start: { ...given, sha256: start.sha256 } }, start }
}

const withoutStart = ({ start: _, ...rest }: ResolvedSpec): ResolvedSpec => rest

/** The same as `readSpec`, but throws a UserError with all issues. */
export const requireSpec = async (...args: Parameters<typeof readSpec>): Promise<CheckedSpec> =>
  orThrow(await readSpec(...args))

/** Throws a UserError with all issues if a spec has any. `subject` is what the message calls it. */
export function orThrow(read: CheckedSpec | Refusal, subject?: string): CheckedSpec {
  if ('spec' in read) return read
  throw refused(read, subject)
}

/** The error that lists all problems of a spec. */
export const refused = ({ issues, summary }: Refusal, subject = 'The spec'): UserError =>
  new UserError(
    summary ?? (issues.length === 1 ? `${subject} has a problem.` : `${subject} has ${issues.length} problems.`),
    issues,
  )

/** Returns the text of a spec, or the problem with its file. */
export async function specText(source: string, given: Stdin): Promise<string | Issue> {
  const issue = (message: string, nearest?: string): Issue => ({
    code: 'file',
    source,
    pointer: '',
    message,
    ...(nearest !== undefined && { nearest }),
  })
  const stdin = source === '-' ? given : null
  if (stdin && isFolder(stdin)) return issue('is a folder, must be a file')
  try {
    const bytes = stdin ? await atMost(MOST_BYTES, stdin) : await bytesOf(source)
    if (bytes === undefined) return issue(`is larger than ${formatBytes(MOST_BYTES)}, the limit for a spec`)
    const decoded = decodeUtf8(bytes)
    return 'text' in decoded ? decoded.text : issue(decoded.problem)
  } catch (error) {
    const problem = problemWords(error)
    if (problem === undefined) throw error
    return issue(problem, await neighbour(source))
  }
}

const MOST_BYTES = 10e6

/** Reads a file up to the limit. A pipe or device reports no size and may never end. */
async function bytesOf(path: string): Promise<Uint8Array | undefined> {
  const file = await open(path)
  try {
    return await atMost(MOST_BYTES, file.createReadStream({ autoClose: false }))
  } finally {
    await file.close()
  }
}

/** Reads a whole stream. Returns undefined if it has more than `most` bytes. */
async function atMost(most: number, stream: NodeJS.ReadableStream): Promise<Uint8Array | undefined> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of stream) {
    pieces.push(Buffer.from(piece))
    size += piece.length
    if (size > most) return undefined
  }
  return Buffer.concat(pieces)
}

/** True if standard input is a folder (`< FOLDER`). Node gives an empty stream for it. */
function isFolder(stdin: NodeJS.ReadableStream & { readonly fd?: unknown }): boolean {
  try {
    return typeof stdin.fd === 'number' && fstatSync(stdin.fd).isDirectory()
  } catch {
    return false
  }
}

async function neighbour(path: string): Promise<string | undefined> {
  const files = await readdir(dirname(path)).catch(() => [])
  const near = nearest(
    basename(path),
    files.filter((file) => /\.jsonc?$/.test(file)),
  )
  return near === undefined ? undefined : join(dirname(path), near)
}
