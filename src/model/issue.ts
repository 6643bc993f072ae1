/** A problem of a model, before it is located in a file. */
import type { Issue } from '../base/issue.js'

export type ModelIssue = Pick<Issue, 'code' | 'pointer' | 'message'> & {
  readonly nearest?: string | undefined
  readonly details?: readonly string[] | undefined
}
