/** Matches a user's patterns with names of weights, in bounded time. */
import { createContext, runInContext } from 'node:vm'
import { UserError } from '../../base/issue.js'

/** Time limit in milliseconds for all names of a model. A pattern without nested repetition takes almost none. */
const MOST = 1000

/** Returns a test of whether any of the patterns matches a name. The test throws a UserError if it takes too long. */
export function namePatterns(field: string, patterns: readonly string[]): (name: string) => boolean {
  if (patterns.length === 0) return () => false
  const context = createContext({ patterns: patterns.map((pattern) => new RegExp(pattern)) })
  const known = new Map<string, boolean>()
  const end = performance.now() + MOST
  return (name) => {
    const found = known.get(name)
    if (found !== undefined) return found
    const timeout = Math.max(1, Math.ceil(end - performance.now()))
    try {
      context.name = name
      const matches: boolean = runInContext('patterns.some((pattern) => pattern.test(name))', context, { timeout })
      known.set(name, matches)
      return matches
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
      throw new UserError(
        `The patterns of ${field} take too long to compare with the weight "${name}": write them without a repetition inside a repetition, such as (a+)+.`,
      )
    }
  }
}
