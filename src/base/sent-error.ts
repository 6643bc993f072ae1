/** Errors that another thread or process tells of: plain data, because classes do not survive the way. */
import { UserError } from './issue.js'

export interface SentError {
  readonly message: string
  readonly stack: string | undefined
  /** True for a UserError. */
  readonly isUsers: boolean
}

export function sentError(error: unknown): SentError {
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined }
  return { message, stack, isUsers: error instanceof UserError }
}

/** Returns an error to throw, with the place where it was thrown first. */
export function receivedError({ message, stack, isUsers }: SentError): Error {
  if (isUsers) return new UserError(message)
  return Object.assign(new Error(message), stack !== undefined && { stack })
}
