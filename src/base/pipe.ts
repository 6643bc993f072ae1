/** Named pipes, which `mkfifo` and `>(command)` make. */
import { closeSync, constants, openSync } from 'node:fs'
import { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

const PAUSE_MS = 20

/**
 * Opens a pipe for writing as soon as a program reads it. No thread waits for that, because it would keep the process
 * from ending. Rejects if the signal is aborted first.
 */
export async function openPipe(path: string, signal?: AbortSignal): Promise<Socket> {
  for (;;) {
    signal?.throwIfAborted()
    try {
      const descriptor = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
      try {
        return new Socket({ fd: descriptor, readable: false, writable: true })
      } catch (error) {
        closeSync(descriptor)
        throw error
      }
    } catch (error) {
      // nobody reads it yet
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error
    }
    await pause(PAUSE_MS, undefined, { signal }).catch(() => {})
  }
}

/** Writes all of the data. If the reader has closed the pipe, the error is `EPIPE`. */
export function writeTo(stream: NodeJS.WritableStream, data: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => stream.write(data, (error) => (error ? reject(error) : resolve())))
}

/** Time for a pipe to take the rest after `signal` was aborted. */
const LAST_MS = 1000

/** Returns a signal that is aborted some time after another one. `stop` must be called when nothing is left to write. */
export function afterwards(signal: AbortSignal | undefined): { readonly signal: AbortSignal; stop(): void } {
  const late = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const begin = () => {
    timer = setTimeout(() => late.abort(), LAST_MS)
  }
  if (signal?.aborted) begin()
  signal?.addEventListener('abort', begin, { once: true })
  return {
    signal: late.signal,
    stop() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', begin)
    },
  }
}
