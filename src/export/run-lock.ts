/** Locks the folder of a run, so that no two runs write into it at once. */
import { join } from 'node:path'
import { inWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { type Holder, holderWords, type Lock, lockHolder, takeLock } from '../base/lock-file.js'
import { RUN_FILES } from '../spec/run-files.js'

export type { Lock }

/** Locks a folder, which must exist. Throws a UserError if another process holds its lock, or if it cannot be written. */
export async function lockRun(directory: string): Promise<Lock> {
  const file = join(directory, RUN_FILES.lock)
  const taken = await inWords('lock the folder of the run', () => takeLock(file))
  if ('lock' in taken) return taken.lock
  throw new UserError(
    `Another run writes into the folder ${directory}: ${holderWords(taken.holder)}. Wait until it has ended, or stop it. If no such run is there, remove ${file}.`,
  )
}

/** Returns the process that writes into the folder of a run; null if there is none. */
export const holderOf = (directory: string): Promise<Holder | null> => lockHolder(join(directory, RUN_FILES.lock))
