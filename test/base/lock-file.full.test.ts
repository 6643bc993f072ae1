/** The holder of a lock touches it also while it is busy. */
import { statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { takeLock } from '../../src/base/lock-file.js'
import { temporaryFolder } from '../support/command.js'

test('a thread touches the lock', async () => {
  const file = join(temporaryFolder(), 'a.lock')
  const taken = await takeLock(file, 100)
  utimesSync(file, 0, 0)
  await pause(200)
  const end = performance.now() + 1000
  // no turn of the event loop meanwhile
  while (performance.now() < end && statSync(file).mtimeMs === 0);
  expect(statSync(file).mtimeMs).toBeGreaterThan(0)
  if ('lock' in taken) await taken.lock.release()
})
