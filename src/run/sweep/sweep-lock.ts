/** Locks the folder of a sweep, so that no two work on it at once, and waits for what an earlier one has left running. */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { inWords } from '../../base/file-problem.js'
import { UserError } from '../../base/issue.js'
import { holderWords, type Lock, takeLock } from '../../base/lock-file.js'
import { makeFolder } from '../../base/make-folder.js'
import { holderOf } from '../../export/run-lock.js'
import { SWEEP_FILES } from '../../spec/sweep-files.js'

/** Makes the folder if it is missing. Throws a UserError if another process holds its lock. */
export async function lockSweep(folder: string): Promise<Lock> {
  const file = join(folder, SWEEP_FILES.lock)
  const taken = await inWords('lock the folder of the sweep', async () => {
    await makeFolder(folder)
    return takeLock(file)
  })
  if ('lock' in taken) return taken.lock
  throw new UserError(
    `Another sweep works in the folder ${folder}: ${holderWords(taken.holder)}. Wait until it has ended, or stop it. If no such sweep is there, remove ${file}.`,
  )
}

/** Trials of a sweep that was killed end by themselves, after their step. */
const EVERY_MS = 100
const PATIENCE_MS = 60_000

/** Waits until no process writes into the folder of a run, or until one is there that does not end. */
export async function untilFree(run: string, signal: AbortSignal): Promise<void> {
  const began = performance.now()
  while (!signal.aborted && performance.now() - began < PATIENCE_MS) {
    if ((await holderOf(run).catch(() => null)) === null) return
    await delay(EVERY_MS)
  }
}
