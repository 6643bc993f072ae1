/** Asks the thread that reads HDF5 files. A thread that crashed or does not answer is replaced by another. */
import { Worker } from 'node:worker_threads'
import { UserError } from '../../base/issue.js'
import type { Answered, Asked, Question, Result } from './hdf5-messages.js'

export const DAMAGED = 'is damaged, or has parts that this version of the HDF5 library cannot read'

/** The time after which we assume that the library never ends, because a damaged file has led it into a circle. */
export const PATIENCE_MS = 60_000

interface Waiting {
  readonly resolve: (result: Result) => void
  readonly fail: () => void
}

let thread: Worker | undefined
const waiting = new Map<number, Waiting>()
let lastId = 0

/** Returns the answer about a file. Throws a UserError that begins with `name` if there is none. */
export function ask(file: string, question: Question, name: string, patienceMs: number): Promise<Result> {
  const worker = thread ?? started()
  worker.ref()
  const id = ++lastId
  return new Promise<Result>((resolve, reject) => {
    const patience = setTimeout(() => abandon(worker), patienceMs)
    const end = () => {
      clearTimeout(patience)
      waiting.delete(id)
      if (waiting.size === 0) worker.unref()
    }
    waiting.set(id, {
      resolve(result) {
        end()
        resolve(result)
      },
      fail() {
        end()
        reject(new UserError(`${name}: ${DAMAGED}`))
      },
    })
    worker.postMessage({ id, file, question } satisfies Asked)
  })
}

/** Closes a file, if it is open. Nothing was written, so nothing is lost if that fails. */
export function closeHdf5(file: string): void {
  if (thread) ask(file, { close: true }, file, PATIENCE_MS).catch(() => {})
}

function started(): Worker {
  // what the library prints is thrown away
  const worker = new Worker(new URL('./hdf5-thread.js', import.meta.url), { stdout: true, stderr: true })
  worker.on('message', ({ id, result }: Answered) => {
    const one = waiting.get(id)
    if (result === undefined) one?.fail()
    else one?.resolve(result)
  })
  worker.on('error', () => abandon(worker))
  thread = worker
  return worker
}

/** Ends a thread. Whoever waits for it gets an error. */
function abandon(worker: Worker): void {
  if (worker !== thread) return
  thread = undefined
  void worker.terminate()
  for (const one of waiting.values()) one.fail()
}
