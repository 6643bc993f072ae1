/** A thread that touches a lock file, so that processes on other machines see that its holder is alive. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import type { LockData } from './lock-file.js'

const EVERY_MS = 10_000

const { file, text } = workerData as LockData

/** Writes the same again, because that sets the time of the disk. Returns false if the lock is another's, or gone. */
function touch(): boolean {
  try {
    if (readFileSync(file, 'utf8') !== text) return false
    const descriptor = openSync(file, 'r+')
    writeSync(descriptor, text)
    closeSync(descriptor)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT'
  }
  return true
}

if (touch()) {
  const timer = setInterval(() => {
    if (!touch()) clearInterval(timer)
  }, EVERY_MS)
}
