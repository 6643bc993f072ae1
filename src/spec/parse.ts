/** Turns text into a spec: syntax, overrides, schema, defaults, rules across fields. Reports all problems at once. */
import { basename, extname } from 'node:path'
import type { Issue } from '../base/issue.js'
import { createDocument, type IssueDraft, parseSyntax, type SpecDocument, toValue } from './document.js'
import { toIdentifier } from './identifier.js'
import { ONCE } from './once.js'
import { applyOverrides, type Override } from './override.js'
import { toPointer } from './pointer.js'
import { schemaIssues } from './schema-issues.js'
import { type ResolvedSpec, specSchema } from './spec.js'
import type { SweepSpec } from './sweep.js'

export interface ParseOptions {
  /** File name for issues, `-` for standard input. */
  readonly source: string
  readonly overrides?: readonly Override[]
}

/** Has a `spec` only if there are no issues. */
export interface ParsedSpec {
  readonly spec?: ResolvedSpec
  /** The field `sweep`, which is no part of the spec of a run. */
  readonly sweep?: SweepSpec | undefined
  readonly issues: readonly Issue[]
  /** Adds the position to issues that are found later. */
  readonly document: SpecDocument
}

/** Parses a spec: JSON with comments and trailing commas. */
export function parseSpec(text: string, { source, overrides = [] }: ParseOptions): ParsedSpec {
  const syntax = parseSyntax(text, source)
  if (!syntax.tree) return { issues: firstOf(syntax.issues), document: createDocument(syntax, source, []) }
  const { value, origins, issues: misfits } = applyOverrides(toValue(syntax.tree), overrides)
  const document = createDocument(syntax, source, origins)
  const { spec, drafts } = resolve(value)
  const issues = firstOf(inOrder([...syntax.issues, ...misfits, ...drafts.map((draft) => document.issue(draft))]))
  if (!spec || issues.length > 0) return { issues, document }
  const { $schema: _, name = nameOf(source), sweep, ...rest } = spec
  // the model decides which kind of spec it is, and the rules have checked that the other fields fit that kind
  return { spec: frozen({ name, ...rest } as ResolvedSpec), sweep: frozen(sweep), issues, document }
}

/** The JSON Schema finds errors of form. zod adds defaults, and checks rules that a schema cannot express. */
function resolve(value: unknown): { spec?: ReturnType<typeof specSchema.parse>; drafts: readonly IssueDraft[] } {
  const drafts = schemaIssues(value)
  // these are more than are reported, and zod would take seconds to find further ones
  if (drafts.length > MOST_ISSUES) return { drafts }
  const parsed = specSchema.safeParse(value, ONCE)
  if (parsed.success) return { spec: parsed.data, drafts }
  const broken = parsed.error.issues.slice(0, MOST_BROKEN).flatMap((issue): IssueDraft[] => {
    const pointer = toPointer(issue.path as (string | number)[])
    if (issue.code === 'custom' && issue.params) {
      const { code, nearest, details } = issue.params
      return [{ code, pointer, message: issue.message, nearest, details }]
    }
    return drafts.length > 0 ? [] : [{ code: issue.code ?? 'value', pointer, message: issue.message }]
  })
  return { drafts: [...drafts, ...broken] }
}

/** Limit on zod's issues, most of which the schema reports too. */
const MOST_BROKEN = 50_000

/** Limit on issues that are reported. More are hardly due to as many mistakes, and nobody reads them. */
const MOST_ISSUES = 1000

function firstOf(issues: readonly Issue[]): readonly Issue[] {
  const last = issues[MOST_ISSUES - 1]
  if (issues.length <= MOST_ISSUES || !last) return issues
  const message = `and ${issues.length - MOST_ISSUES} more problems after this one`
  return [...issues.slice(0, MOST_ISSUES), { ...last, code: 'more', pointer: '', message }]
}

/** Sorts issues by their position in the file. Those of `--set` come last. */
function inOrder(issues: readonly Issue[]): Issue[] {
  const rank = ({ position }: Issue) =>
    position ? position.line * 2 ** 32 + position.column : Number.POSITIVE_INFINITY
  return issues.toSorted((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)))
}

const nameOf = (source: string): string =>
  source === '-' ? 'stdin' : toIdentifier(basename(source, extname(source)), 'unnamed')

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) frozen(inner)
    Object.freeze(value)
  }
  return value
}
