/** Errors that are not errors of the spec. */
import { EventEmitter } from 'node:events'
import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/base/issue.js'
import { codeOfInterruption, listenForInterrupt } from '../../src/cli/interrupt.js'
import type { Io } from '../../src/cli/io.js'
import { main } from '../../src/cli/main.js'
import { runShell, temporaryFolder } from '../support/command.js'

/** A process that remembers what was written, and how it was to end. */
function fakeIo(write?: () => never) {
  const process = new EventEmitter()
  const exits: number[] = []
  let stderr = ''
  const io = Object.assign(process, {
    stdin: null,
    stdout: Object.assign(new EventEmitter(), { write: write ?? (() => true) }),
    stderr: Object.assign(new EventEmitter(), {
      write(text: string) {
        stderr += text
      },
    }),
    env: {},
    exit: (code: number) => exits.push(code),
  }) as unknown as Io
  return { io, process, exits, stderr: () => stderr }
}

describe('an error', () => {
  const failing = async (error: unknown) => {
    const fake = fakeIo(() => {
      throw error
    })
    return { code: await main(['--help'], fake.io), stderr: fake.stderr() }
  }

  test('of ours is 70, and says that it is our bug, where it happened, and whom to tell', async () => {
    const { code, stderr } = await failing(new TypeError('x is not a function'))
    expect(code).toBe(70)
    expect(stderr).toMatch(/^This is a bug in trainspec \d+\.\d+\.\d+, not in your spec\. Please report it/)
    expect(stderr).toMatch(/TypeError: x is not a function\n {4}at /)
  })

  test('that is no Error gives a message too', async () => {
    expect(await failing('odd')).toMatchObject({ code: 70, stderr: expect.stringContaining('odd') })
  })

  test('of the user is 2, without a stack trace', async () => {
    const issues = [{ code: 'x', source: 'a.json', pointer: '/b', message: 'found c' }]
    expect(await failing(new UserError('Sorry.', issues))).toEqual({ code: 2, stderr: 'a.json /b: found c\nSorry.\n' })
  })

  test('shows control characters, and keeps its lines', async () => {
    const issues = [{ code: 'x', source: 'a\u001b[31m.json', pointer: '', message: 'found c' }]
    const shown = await failing(new UserError('--out \u001b[2J: no.\nSee: train --help', issues))
    expect(shown.stderr).toBe('a\\u001b[31m.json: found c\n--out \\u001b[2J: no.\nSee: train --help\n')
    const error = Object.assign(new Error('ENOSPC: no space'), { code: 'ENOSPC', path: 'runs/\u001b[31m' })
    expect((await failing(error)).stderr).toBe('Cannot continue: runs/\\u001b[31m: the disk is full.\n')
  })

  test('of the disk is 2, with a message', async () => {
    const error = Object.assign(new Error('ENOSPC: no space'), { code: 'ENOSPC', path: 'runs/x' })
    expect(await failing(error)).toEqual({ code: 2, stderr: 'Cannot continue: runs/x: the disk is full.\n' })
  })
})

describe('readers that go away', () => {
  test('do not disturb help or a check', async () => {
    const cwd = temporaryFolder({ 'a.json': '{}' })
    const { stderr } = await runShell('$train --help | true; $train validate a.json a.json 2>&1 | head -1 | wc -l', {
      cwd,
    })
    expect(stderr).toBe('')
  })
})

describe('standard output that is full', () => {
  const withoutRoom = (code: string) => {
    const fake = fakeIo()
    Object.assign(fake.io.stdout, {
      write: () => process.nextTick(() => fake.io.stdout.emit('error', Object.assign(new Error(code), { code }))),
    })
    return fake
  }

  test('makes the exit code 2, and is reported once', async () => {
    const { io, stderr } = withoutRoom('ENOSPC')
    expect(await main(['--help'], io)).toBe(2)
    expect(stderr()).toBe('Cannot write to standard output: the disk is full.\n')
  })

  test('a reader that has left is no error', async () => {
    const { io, stderr } = withoutRoom('EPIPE')
    expect(await main(['--version'], io)).toBe(0)
    expect(stderr()).toBe('')
  })
})

describe('signals', () => {
  const CODES = [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const

  test.each(CODES)('%s asks once for an end, with exit code %i', (signal, exitCode) => {
    const { io, process, exits } = fakeIo()
    const interrupt = listenForInterrupt(io, { alone: true })
    interrupt.begin('training', 'Stopped.')
    expect(interrupt.signal.aborted).toBe(false)
    process.emit(signal)
    expect(codeOfInterruption(interrupt.signal)).toBe(exitCode)
    // by way of a launcher it comes twice
    process.emit(signal)
    expect(exits).toEqual([])
    // until the process has ended, further ones change nothing
    interrupt.stop()
    expect(process.listenerCount(signal)).toBe(1)
    process.emit(signal)
    expect(exits).toEqual([])
  })

  test('no listener remains if no signal came', () => {
    const { io, process } = fakeIo()
    listenForInterrupt(io, { alone: true }).stop()
    for (const [signal] of CODES) expect(process.listenerCount(signal)).toBe(0)
  })

  test('Ctrl-C prints that the step is finished first; other signals do not come from a keyboard', () => {
    for (const [signal, words] of [
      ['SIGINT', 'Finishing the step; press Ctrl-C again to stop at once.\n'],
      ['SIGTERM', ''],
    ]) {
      const { io, process, stderr } = fakeIo()
      const interrupt = listenForInterrupt(io, { alone: true })
      interrupt.begin('training', 'Stopped.')
      process.emit(signal!)
      interrupt.stop()
      expect(stderr()).toBe(words)
    }
  })
})
