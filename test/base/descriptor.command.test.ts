/** Descriptors from outside are told apart from those of Node. */
import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/command.js'

test.runIf(process.platform === 'linux')(
  'a process can write to its own descriptors only if it was given them',
  async () => {
    const folder = temporaryFolder({ read: 'x' })
    const written = openSync(join(folder, 'written'), 'w')
    const read = openSync(join(folder, 'read'), 'r')
    const script = `
    import { outsideDescriptor } from ${JSON.stringify(new URL('../../dist/base/descriptor.js', import.meta.url).href)}
    for (let one = 0; one < 64; one++) try { outsideDescriptor(one); console.log(one) } catch ({ code }) {
      if (code !== 'EBADF') throw new Error(code)
    }`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit', written, read, 'pipe'],
    })
    const outside = (await text(child.stdout!)).trim().split('\n').map(Number)
    expect(outside.filter((one) => one > 2)).toEqual([3, 5])
  },
)
