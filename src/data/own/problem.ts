/** Problems with the user's data, found by comparing the spec with the files. */
import { type Issue, UserError } from '../../base/issue.js'
import { visible } from '../../base/visible.js'
import type { IssueDraft } from '../../spec/document.js'

/** All problems that were found. The reader of the spec adds their places in its file. */
export class DataError extends Error {
  override readonly name = 'DataError'
  constructor(readonly problems: readonly IssueDraft[]) {
    super(problems.map(({ pointer, message }) => `${pointer}: ${message}`).join('\n'))
  }
}

/** Works on rows that are given to a trained model. A DataError becomes a UserError, which names no place in a spec. */
export async function onNewRows<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    throw new UserError(
      `${name} cannot be used by this model.`,
      error.problems.map(({ code, message }): Issue => ({ code, source: name, pointer: '', message })),
    )
  }
}

/** Throws the problems if there are any. */
export function refuse(problems: readonly IssueDraft[]): void {
  if (problems.length > 0) throw new DataError(problems)
}

/** Most problems of one kind that are reported. */
const MOST = 20
/** Most problems of one kind that are looked for. */
export const MOST_FOUND = 1000

/** The first problems, and how many more there are. */
export const firstOf = (problems: readonly IssueDraft[]): readonly IssueDraft[] =>
  problems.length <= MOST
    ? problems
    : [
        ...problems.slice(0, MOST),
        { ...problems[MOST]!, message: `and ${countOf(problems)} more problems of this kind`, nearest: undefined },
      ]

/** True if one more problem of this kind is listed. */
export const isShown = ({ length }: readonly IssueDraft[]): boolean => length < MOST

const countOf = ({ length }: readonly IssueDraft[]): string =>
  `${length >= MOST_FOUND ? 'at least ' : ''}${Math.min(length, MOST_FOUND) - MOST}`

/** A name in quotes, safe to print. */
export const quoted = (name: string): string => `"${visible(name)}"`
