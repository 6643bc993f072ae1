/** Texts of lock files. */
import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Holder, takeLock } from '../../src/base/lock-file.js'

/** The lock of this process. */
const own: Holder = await (async () => {
  const file = join(tmpdir(), `trainspec-${process.pid}-${performance.now()}.lock`)
  await takeLock(file)
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } finally {
    rmSync(file)
  }
})()

/** The lock of a process like this one. */
export const lockWith = (changes: Partial<Holder>): string => JSON.stringify({ ...own, ...changes })

/** The lock of a process that is gone: no system has so many processes. */
export const lockOfNone = (): string => lockWith({ pid: 2 ** 30 })
