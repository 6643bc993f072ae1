/** Problems with what the user gave us, as data. Words are made here in one place, printing is done by `cli`. */
import { visible } from './visible.js'

/** A position in a text. Line and column count from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** One problem: what was found at a place of the input, and what is allowed there. */
export interface Issue {
  /** Kind of problem, stable, for programs: `type`, `range`, `unknown-key`, `shape`, ... */
  readonly code: string
  /** File name, `-` for standard input, or `--set fit.epochs=0` for an override. */
  readonly source: string
  /** JSON pointer of the offending value: `/model/layers/2/rate`. Empty for the whole document. */
  readonly pointer: string
  readonly position?: Position
  /** One sentence without a full stop: `found 1.5, must be at least 0 and below 1`. */
  readonly message: string
  /** The nearest allowed name, if one is near. */
  readonly nearest?: string
  /** Further lines that help, such as the chain of shapes up to a layer. */
  readonly details?: readonly string[]
}

/** Limit on the characters of a pointer in a message: more than any key of the format needs. */
const LONGEST_POINTER = 200

/** Shortens a pointer to its beginning and its end, because a key may be as long as the file. */
const shortenedPointer = (pointer: string): string =>
  pointer.length > LONGEST_POINTER ? `${pointer.slice(0, LONGEST_POINTER / 2)}...${pointer.slice(-20)}` : pointer

/** A mistake of the user (spec, data, options): printed without a stack trace, exit code 2. */
export class UserError extends Error {
  override readonly name = 'UserError'
  constructor(
    message: string,
    readonly issues: readonly Issue[] = [],
  ) {
    super(message)
  }
}

/**
 * `specs/x.json:9:31 /model/layers/2/rate: found 1.5, must be ... (did you mean "Dropout"?)`, details indented below.
 */
export function formatIssue(issue: Issue): string {
  const place = issue.position ? `${issue.source}:${issue.position.line}:${issue.position.column}` : issue.source
  const where = issue.pointer === '' ? place : `${place} ${shortenedPointer(issue.pointer)}`
  const hint = issue.nearest === undefined ? '' : `; did you mean "${issue.nearest}"?`
  return [`${where}: ${issue.message}${hint}`, ...(issue.details ?? []).map((line) => `    ${line}`)]
    .map(visible)
    .join('\n')
}

/** The same for a warning: something that is allowed but probably not meant. */
export const formatWarning = (issue: Issue): string => `Warning: ${formatIssue(issue)}`
