/** A process that ends when the one that started it is gone. */
import { Worker } from 'node:worker_threads'

/** Variable of the environment that asks for an end in good order. The process needs a channel to its parent. */
export const ENDS_WITH_PARENT = 'TRAINSPEC_ENDS_WITH_PARENT'

/**
 * Variable of the environment with the number of the parent. When that is gone, the process is killed at once, also in
 * the middle of a step that never ends.
 */
export const KILLED_WITH = 'TRAINSPEC_KILLED_WITH'

/** Ends this process when its parent has ended, if the environment asks for it. */
export function watchParent(): void {
  const parent = process.env[KILLED_WITH]
  // further processes have other parents
  delete process.env[KILLED_WITH]
  if (parent !== undefined) {
    new Worker(new URL('./parent-thread.js', import.meta.url), { workerData: Number(parent) }).unref()
  }
  if (process.env[ENDS_WITH_PARENT] === undefined || !process.channel) return
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  // the listener alone must not keep the process running
  process.channel.unref()
}
