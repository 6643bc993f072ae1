/** Chooses what a spec would do with the columns of files: which it leaves out, what fills gaps, what the target is. */

import type { Named } from '../../base/field.js'
import { firstNames } from '../../base/first-names.js'
import { UserError } from '../../base/issue.js'
import { nearest } from '../../base/nearest.js'
import { MOST_CATEGORIES } from '../../data/own/infer.js'
import { quoted } from '../../data/own/problem.js'
import type { Survey, SurveyedColumn } from './survey.js'

export interface Proposal {
  readonly target: ProposedTarget | null
  /** A column of sentences that is the only input; null if the inputs are others. */
  readonly text: string | null
  /** Columns that are left out, and why. */
  readonly ignored: Named<string>
  /** Values that replace the gaps of columns. */
  readonly missing: Named<'median' | 'drop'> | 'median'
}

export interface ProposedTarget {
  readonly name: string
  readonly kind: 'class' | 'number' | 'array'
  readonly column: SurveyedColumn
}

/** Whole numbers of at most this many different values are proposed as classes. */
const MOST_NUMBERED = 20
/** Text is proposed as classes if each has at least so many rows on average. */
const LEAST_ROWS = 4
/** Stands for the number of different texts, if they are too many to count. */
const MOST_CLASSES = 10_000

/** Throws a UserError for a target that is no column, or cannot be one. */
export function propose(survey: Survey, wanted: string | undefined): Proposal {
  const target = wanted === undefined ? null : targetOf(survey, wanted)
  const features = Object.entries(survey.columns).filter(([name]) => name !== wanted)
  const hasPlain = features.some(([, { kind }]) => kind !== 'array')
  const ignored = new Map(Object.entries(survey.unreadable))
  let hasInput = false
  for (const [name, column] of features) {
    const why = whyNot(column)
    if (why !== null) ignored.set(name, why)
    else if (target && column.kind === 'array' && (hasPlain || hasInput)) {
      ignored.set(name, 'an array is an input of its own, which needs a Functional model')
    } else hasInput = true
  }
  // sentences are an input of their own
  const text = hasInput
    ? null
    : (features.find(([name, { isProse, isCopy }]) => isProse && !isCopy && ignored.has(name))?.[0] ?? null)
  if (text !== null) ignored.delete(text)
  const gaps = features.filter(
    ([name, { gaps, kind }]) => gaps > 0 && kind !== 'text' && kind !== 'array' && !ignored.has(name),
  )
  return {
    target,
    text,
    ignored: Object.fromEntries(ignored),
    missing: fillsFor(
      gaps.map(([name]) => name),
      target,
    ),
  }
}

/** So many columns with gaps are named one by one. */
const MOST_NAMED = 2

function fillsFor(gaps: readonly string[], target: ProposedTarget | null): Proposal['missing'] {
  const drops = target !== null && target.column.gaps > 0
  if (gaps.length > MOST_NAMED && !drops) return 'median'
  return Object.fromEntries([
    ...gaps.map((name) => [name, 'median'] as const),
    ...(drops ? [[target.name, 'drop'] as const] : []),
  ])
}

/** Why a column is no good feature; null if it may be one. */
function whyNot({
  kind,
  rows,
  gaps,
  distinct,
  all_different: isUnique,
  numbers,
  isCopy,
  odd,
}: SurveyedColumn): string | null {
  if (gaps === rows && kind !== 'array') return 'no values'
  if (odd !== null) return `numbers, but ${quoted(odd.value)} in row ${odd.row}`
  if (isCopy) return 'says the same as the target'
  if (distinct === 1 && gaps === 0) return 'the same value in every row'
  if (isUnique && kind === 'text') return 'another text in every row; the type "text" would take sentences'
  if (isUnique && numbers && numbers.largest - numbers.least === rows - gaps - 1) return 'numbers the rows'
  if (kind === 'text' && (distinct === null || distinct > MOST_CATEGORIES)) {
    return `text of ${distinct ?? 'many'} different values; the type "string_hashed" would take it, or "text" for sentences`
  }
  return null
}

function targetOf({ columns, unreadable, file }: Survey, name: string): ProposedTarget {
  const column = Object.hasOwn(columns, name) ? columns[name]! : undefined
  if (column === undefined) {
    const all = Object.keys(columns)
    const near = nearest(name, all)
    const known = near === undefined ? `its columns are ${listed(all)}` : `did you mean ${quoted(near)}?`
    const problem = Object.hasOwn(unreadable, name) ? unreadable[name]! : `is not a column of ${file}; ${known}`
    throw new UserError(`--target: ${quoted(name)} ${problem}`)
  }
  const { kind, distinct, all_different: isUnique, gaps, rows } = column
  const refuse = (why: string) => {
    throw new UserError(`--target: column ${quoted(name)} of ${file} ${why}, so nothing can be learned about it`)
  }
  if (gaps === rows && kind !== 'array') refuse('has no values')
  if (distinct === 1) refuse(`has only the value ${quoted(column.frequent[0]!.value)}`)
  if (isUnique && kind === 'text') refuse('has another text in every row')
  if (kind === 'text' && (distinct ?? MOST_CLASSES) > rows / LEAST_ROWS) {
    refuse(`has ${distinct ?? 'many'} different texts in ${rows} rows`)
  }
  if (kind === 'array') return { name, kind, column }
  const isClass = kind === 'text' || (kind === 'whole number' && distinct !== null && distinct <= MOST_NUMBERED)
  return { name, kind: isClass ? 'class' : 'number', column }
}

const MOST_LISTED = 12

const listed = (names: readonly string[]): string => firstNames(names.map(quoted), MOST_LISTED)
