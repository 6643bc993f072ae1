/** Reads a spec and checks everything that can be known before the first step. */
import { fstatSync } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { formatBytes } from '../base/bytes.js'
import { problemWords } from '../base/file-problem.js'
import { type Issue, UserError } from '../base/issue.js'
import { nearest } from '../base/nearest.js'
import { decodeUtf8 } from '../base/utf8.js'
import type { IssueDraft } from '../spec/document.js'
import type { Override } from '../spec/override.js'
import type { ResolvedSpec } from '../spec/spec.js'

export interface CheckedSpec {
  readonly spec: ResolvedSpec
  /** Of what is allowed, and can hardly be meant. */
  readonly warnings: readonly Issue[]
  /** Gives a later finding its place in the file. */
  issue(draft: IssueDraft): Issue
}

/** The resolved spec, or every issue there is. Files that cannot be read are an issue too. */
export async function readSpec(
  source: string,
  overrides: readonly Override[],
  stdin: NodeJS.ReadableStream,
): Promise<CheckedSpec | { issues: readonly Issue[] }> {
  const text = await read(source, stdin)
  if (typeof text !== 'string') return { issues: [text] }
  const { parseSpec } = await import('../spec/parse.js')
  const { spec, issues, document } = parseSpec(text, { source, overrides })
  if (!spec) return { issues }
  const { checkSpec, checkValues, warningsOf } = await import('./check-spec.js')
  const unread = checkSpec(spec)
  const misfits = unread.length > 0 ? unread : await checkValues(spec)
  if (misfits.length > 0) return { issues: misfits.map((draft) => document.issue(draft)) }
  const { issue } = document
  return { spec, warnings: warningsOf(spec).map(issue), issue }
}

/** As `readSpec`, for a command that needs the spec. */
export async function requireSpec(...args: Parameters<typeof readSpec>): Promise<CheckedSpec> {
  const read = await readSpec(...args)
  if ('spec' in read) return read
  throw new UserError(
    read.issues.length === 1 ? 'The spec has a problem.' : `The spec has ${read.issues.length} problems.`,
    read.issues,
  )
}

async function read(source: string, stdin: NodeJS.ReadableStream): Promise<string | Issue> {
  const issue = (message: string, nearest?: string): Issue => ({
    code: 'file',
    source,
    pointer: '',
    message,
    ...(nearest !== undefined && { nearest }),
  })
  if (source === '-' && isFolder(stdin)) return issue('is a folder, must be a file')
  try {
    const bytes = source === '-' ? await atMost(MOST_BYTES, stdin) : await bytesOf(source)
    if (bytes === undefined) return issue(`is longer than ${formatBytes(MOST_BYTES)}, which no spec is`)
    const decoded = decodeUtf8(bytes)
    return 'text' in decoded ? decoded.text : issue(decoded.problem)
  } catch (error) {
    const problem = problemWords(error)
    if (problem === undefined) throw error
    return issue(problem, await neighbour(source))
  }
}

const MOST_BYTES = 10e6

/** A pipe or device tells no size, and may have no end. */
async function bytesOf(path: string): Promise<Uint8Array | undefined> {
  const file = await open(path)
  try {
    return await atMost(MOST_BYTES, file.createReadStream({ autoClose: false }))
  } finally {
    await file.close()
  }
}

/** All that a stream has; `undefined` where it has more. */
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

/** Node gives a stream without content where the shell has `< FOLDER`. */
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
