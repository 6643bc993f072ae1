/** What is wrong with a model, before it has a place in a file. */
import type { Issue } from '../base/issue.js'

export type ModelIssue = Pick<Issue, 'code' | 'pointer' | 'message'> & {
  readonly nearest?: string | undefined
  readonly details?: readonly string[] | undefined
}
