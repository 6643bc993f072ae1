/** Allows one `train setup` at a time. */
import { join } from 'node:path'
import { UserError } from '../base/issue.js'
import { takeLock } from '../base/lock-file.js'
import { makeFolder } from '../base/make-folder.js'

/** Runs work while holding the lock. Throws a UserError if another process holds it, or if the file is not a lock. */
export async function locked<Result>(cache: string, work: () => Promise<Result>): Promise<Result> {
  await makeFolder(cache)
  const file = join(cache, 'setup.lock')
  const taken = await takeLock(file)
  if ('holder' in taken) {
    const { pid, host } = taken.holder
    throw new UserError(
      `Another \`train setup\` is running (process ${pid} on ${host}). Wait until it has ended; if it has ended already, remove ${file}.`,
    )
  }
  try {
    return await work()
  } finally {
    await taken.lock.release()
  }
}
