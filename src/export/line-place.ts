/**
 * Places for the lines of a stream: a file, a named pipe, a file descriptor. Writing never waits and never fails: a
 * place that fails is reported once, and a reader that closes a pipe early is no failure.
 */
import { fstatSync, ftruncateSync, openSync, statSync, writeFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { ourOwnProblem, problemWords } from '../base/file-problem.js'
import { afterwards, openPipe } from '../base/pipe.js'

export interface LinePlace {
  /** `mayBeLost`: the line is left out while a slow reader has much to read. */
  write(line: string, mayBeLost: boolean): void
  /** Waits until everything is written. */
  close(): Promise<void>
}

export interface LineOptions {
  /** When it is aborted, a reader gets one more second. */
  readonly signal: AbortSignal
  /** Called at most once. */
  onProblem(words: string): void
}

/** Bytes that may wait for a reader before lines are left out. */
const MOST_WAITING = 65_536

/** Opens a file by its path, or a file descriptor. */
export function openLines(at: string | number, options: LineOptions): LinePlace {
  const failing = onceFailed(options)
  try {
    const found = typeof at === 'number' ? fstatSync(at) : statSync(at, { throwIfNoEntry: false })
    if (typeof at === 'string') {
      if (found?.isFIFO()) return pipeLines((signal) => openPipe(at, signal), options, failing)
      return fileLines(openSync(at, 'w'), failing)
    }
    if (found!.isFile() || found!.isCharacterDevice()) return fileLines(at, failing)
    return pipeLines(async () => new Socket({ fd: at, readable: false, writable: true }), options, failing)
  } catch (error) {
    failing.fail(error)
    return NOWHERE
  }
}

export const NOWHERE: LinePlace = { write: () => {}, close: async () => {} }

interface Failing {
  hasFailed: boolean
  fail(error: unknown): void
}

function onceFailed({ onProblem }: LineOptions): Failing {
  return {
    hasFailed: false,
    fail(error) {
      const words = problemWords(error)
      if (words === undefined) throw error
      if (!this.hasFailed && (error as NodeJS.ErrnoException).code !== 'EPIPE') onProblem(words)
      this.hasFailed = true
    },
  }
}

/** Writes each line at once. A line that does not fit is cut off again. */
function fileLines(descriptor: number, failing: Failing): LinePlace {
  const isFile = fstatSync(descriptor).isFile()
  return {
    write(line) {
      if (failing.hasFailed) return
      const { size } = fstatSync(descriptor)
      try {
        writeFileSync(descriptor, line)
      } catch (error) {
        if (isFile) ftruncateSync(descriptor, size)
        failing.fail(error)
      }
    },
    async close() {},
  }
}

/** Writes as fast as the reader reads. Until a program opens the pipe, lines wait in memory. */
function pipeLines(
  open: (signal: AbortSignal) => Promise<Socket>,
  { signal }: LineOptions,
  failing: Failing,
): LinePlace {
  const late = afterwards(signal)
  const early: string[] = []
  let waiting = 0
  let pipe: Socket | undefined
  const opened = open(late.signal).then(
    (socket) => {
      pipe = socket
      socket.on('error', (error) => failing.fail(error))
      for (const line of early.splice(0)) socket.write(line)
    },
    (error) => failing.fail(late.signal.aborted ? ourOwnProblem('EUNREAD', '') : error),
  )
  return {
    write(line, mayBeLost) {
      if (failing.hasFailed) return
      if (mayBeLost && (pipe?.writableLength ?? waiting) >= MOST_WAITING) return
      if (pipe) pipe.write(line)
      else {
        early.push(line)
        waiting += line.length
      }
    },
    async close() {
      await opened
      if (pipe !== undefined && !failing.hasFailed) {
        const isWritten = new Promise<void>((resolve) => pipe!.end(() => resolve()))
        const isLate = new Promise<void>((resolve) => late.signal.addEventListener('abort', () => resolve()))
        await Promise.race([isWritten, isLate])
      }
      late.stop()
      pipe?.destroy()
    },
  }
}

/** Writes to standard output. Its owner handles its errors. */
export function streamLines(stream: NodeJS.WritableStream & { readonly writableLength: number }): LinePlace {
  return {
    write(line, mayBeLost) {
      if (!mayBeLost || stream.writableLength < MOST_WAITING) stream.write(line)
    },
    async close() {},
  }
}
