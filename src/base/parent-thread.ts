/** A thread that kills its process when the parent of that is gone. The main thread may be busy for ever. */
import { workerData } from 'node:worker_threads'

const EVERY_MS = 200

setInterval(() => {
  // the system gives a process without a parent to another one
  if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL')
}, EVERY_MS)
