/** The child process of an engine. It runs the tasks that `engine-process.ts` sends, one after another. */
import { sentError } from '../base/sent-error.js'
import type { Answer, Question, Tasks } from './engine-process.js'

// Ctrl-C reaches every process of a terminal; the parent process decides what to do
process.on('SIGINT', () => {})
// the parent process has ended, for whatever reason
process.on('disconnect', () => process.exit())

// imported after the listeners above are set, because loading takes a while
const { TASKS } = await import('./engine-tasks.js')

process.on('message', async ({ task, argument }: Question) => {
  process.send!(await answerTo(task, argument))
})

async function answerTo(task: keyof Tasks, argument: unknown): Promise<Answer> {
  try {
    return { result: await (TASKS[task] as (argument: unknown) => Promise<unknown>)(argument) }
  } catch (error) {
    return { problem: sentError(error) }
  }
}
