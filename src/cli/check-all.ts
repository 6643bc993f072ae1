import { UserError } from '../base/issue.js'

/** Runs all checks, then throws one UserError with every problem. */
export async function checkAll(checks: readonly (() => unknown)[]): Promise<void> {
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
