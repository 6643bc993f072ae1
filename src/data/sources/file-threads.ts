/** Threads that read and decode the files of rows. */
import { Worker } from 'node:worker_threads'
import { processors } from '../../base/processors.js'
import { beside } from '../pictures/gate.js'
import type { FileDecoder } from './file-decoders.js'
import { CLOSE, type FactsByColumn, type FilesAnswered, type FilesAsked, type FileThreadData } from './file-messages.js'

export interface ThreadOptions {
  /** Number of threads; with 0 none is ever ready. */
  readonly count: number
  /** Milliseconds of reading after which threads are started: few files are decoded before a thread could begin. */
  readonly after: number
}

/** Pictures are decoded in Node's pool, which has four threads. */
const MOST_THREADS = 4

export function defaultOptions(): ThreadOptions {
  const count = processors()
  return { count: count === 1 ? 0 : Math.min(count, MOST_THREADS), after: 400 }
}

export interface FileThreads {
  /**
   * Decodes the files of some rows into arrays in shared memory, in a thread. Null if no thread is ready. A thread that
   * fails answers like one that could decode nothing.
   */
  decode(files: Omit<FilesAsked, 'id'>): Promise<FactsByColumn | null>
  /** Ends the threads after what they were asked before. */
  close(): void
}

/** `atOnce`: files that all threads together decode at once. */
export function fileThreads(
  decoders: readonly FileDecoder[],
  atOnce: number,
  { count, after }: ThreadOptions = defaultOptions(),
): FileThreads {
  const began = performance.now()
  let threads: FileThread[] | undefined
  return {
    async decode(files) {
      if (count === 0) return null
      if (threads === undefined && performance.now() - began < after) return null
      threads ??= Array.from({ length: count }, () => fileThread({ decoders, atOnce: Math.ceil(atOnce / count) }))
      const [free] = threads.filter((thread) => thread.isReady()).toSorted((a, b) => a.waiting() - b.waiting())
      // a picture that must be decoded alone waits for all threads
      return free ? beside(() => free.ask(files)) : null
    },
    close() {
      for (const thread of threads ?? []) thread.close()
    },
  }
}

type FileThread = ReturnType<typeof fileThread>

function fileThread(data: FileThreadData) {
  const worker = new Worker(new URL('./file-thread.js', import.meta.url), { workerData: data })
  const answers = new Map<number, (facts: FactsByColumn | null) => void>()
  let [isReady, lastId] = [false, 0]
  worker.on('message', (message: FilesAnswered | 'ready') => {
    if (message === 'ready') isReady = true
    else answer(message.id, message.facts)
  })
  const fail = () => {
    isReady = false
    for (const id of answers.keys()) answer(id, null)
  }
  worker.on('error', fail)
  worker.on('exit', fail)
  worker.unref()

  function answer(id: number, facts: FactsByColumn | null): void {
    const resolve = answers.get(id)!
    answers.delete(id)
    // a thread must not keep the process alive when nothing is waited for
    if (answers.size === 0) worker.unref()
    resolve(facts)
  }

  return {
    isReady: () => isReady,
    waiting: () => answers.size,
    ask(files: Omit<FilesAsked, 'id'>): Promise<FactsByColumn | null> {
      const id = ++lastId
      worker.ref()
      return new Promise((resolve) => {
        answers.set(id, resolve)
        worker.postMessage({ id, ...files } satisfies FilesAsked)
      })
    },
    close: () => worker.postMessage(CLOSE),
  }
}
