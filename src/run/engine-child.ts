/** The process of an engine: does what `engine-process.ts` asks of it, one task after another. */
import { UserError } from '../base/issue.js'
import type { Answer, Question, Tasks } from './engine-process.js'

// Ctrl-C reaches every process of a terminal; the one that started this one decides
process.on('SIGINT', () => {})
// it has ended, however that came
process.on('disconnect', () => process.exit())

// only now, because loading takes a while in which these must be heard
const { TASKS } = await import('./engine-tasks.js')

process.on('message', async ({ task, argument }: Question) => {
  process.send!(await answerTo(task, argument))
})

async function answerTo(task: keyof Tasks, argument: unknown): Promise<Answer> {
  try {
    return { result: await (TASKS[task] as (argument: unknown) => Promise<unknown>)(argument) }
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    const trace = error instanceof Error ? error.stack : undefined
    return { problem: { words, trace, isUsers: error instanceof UserError } }
  }
}
