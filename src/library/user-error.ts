/** Errors of the library. A problem with files or memory is a UserError, as one with a spec or its data is. */
import { fileProblem } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { memoryProblem } from '../engine/memory.js'

/** Does work, and throws a UserError in place of an error of the system. */
export async function withUserErrors<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw userErrorOf(error)
  }
}

/** The same for work that yields values. */
export async function* yieldingUserErrors<Value>(work: () => AsyncIterable<Value>): AsyncGenerator<Value, void> {
  try {
    yield* work()
  } catch (error) {
    throw userErrorOf(error)
  }
}

function userErrorOf(error: unknown): unknown {
  if (error instanceof UserError) return error
  const problem = fileProblem(error)
  if (problem !== undefined) return new UserError(`Cannot continue: ${problem}.`)
  const memory = memoryProblem(error)
  return memory === undefined ? error : new UserError(memory)
}
