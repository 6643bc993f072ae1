/** Ctrl-C ends a command soon while it waits for a reader, compiles, or writes results. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { BARS_AND_STRIPES } from '../support/bars-and-stripes.js'
import { runCommand, temporaryFolder } from '../support/command.js'

const SPEC = {
  ...BARS_AND_STRIPES,
  fit: { epochs: 1, batch_size: 4 },
}
const WHOLE = ['history.csv', 'history.json', 'model', 'preparation.json', 'spec.json']
/** A quiet machine needs two seconds. */
const SOON_MS = 6000
const LOOK_MS = 10

/** Asks until it is so. */
const until = (isSo: () => boolean) =>
  new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (!isSo()) return
      clearInterval(timer)
      resolve()
    }, LOOK_MS)
  })

/** See proc(5). The last signal that the command listens for is SIGHUP, number 1. Node itself catches SIGINT earlier. */
const listens: Case['when'] = ({ pid }) => {
  const caught = /^SigCgt:\s+([\da-f]+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]
  return (BigInt(`0x${caught}`) & 1n) === 1n
}

interface Case {
  readonly spec?: object
  readonly args?: readonly string[]
  /** True when it is time for the first Ctrl-C. */
  readonly when: (now: { readonly pid: number; readonly cwd: string; readonly stderr: string }) => boolean
  /** Milliseconds from that on to the first, and from the first to the second. */
  readonly delay?: number
  readonly again?: number | undefined
}

/** Presses Ctrl-C at a moment; the pipe is one that nobody reads. */
async function interrupted({ spec = SPEC, args = [], when, delay = 0, again }: Case) {
  const cwd = temporaryFolder({ 'spec.json': JSON.stringify(spec) })
  execFileSync('mkfifo', ['pipe'], { cwd })
  let pressed = Number.NaN
  let said = ''
  const { code, stderr } = await runCommand(['spec.json', '--out', 'out', ...args], {
    cwd,
    watch(_, text) {
      said = text
    },
    async started(child) {
      await until(() => child.exitCode !== null || when({ pid: child.pid!, cwd, stderr: said }))
      await pause(delay)
      pressed = performance.now()
      child.kill('SIGINT')
      if (again !== undefined) setTimeout(() => child.kill('SIGINT'), again)
    },
  })
  return {
    code,
    stderr,
    after: performance.now() - pressed,
    files: existsSync(join(cwd, 'out')) ? readdirSync(join(cwd, 'out')).toSorted() : [],
  }
}

describe.runIf(process.platform === 'linux')('Ctrl-C', () => {
  test('with a pipe for rows that nobody reads', async () => {
    const when: Case['when'] = ({ stderr }) => stderr.includes(' - loss: ')
    const args = ['--history', 'pipe', '--history-format', 'csv']
    const { code, stderr, after, files } = await interrupted({ args, when })
    expect(code, stderr).toBe(130)
    expect(stderr).toContain('Warning: The history in pipe is incomplete: no program reads from this pipe.')
    expect(after).toBeLessThan(SOON_MS)
    expect(files).toEqual(WHOLE)
  })

  const areWritten: Case['when'] = ({ cwd }) => existsSync(join(cwd, 'out/history.json'))

  test.each([
    ['once', undefined],
    ['twice', 400],
  ])('%s, while results are written', async (_, again) => {
    // the pipe is opened soon after, and waits for ever
    const pressing = { when: areWritten, delay: 200, again }
    const { code, stderr, after, files } = await interrupted({ args: ['--history', 'pipe'], ...pressing })
    expect(code, stderr).toBe(130)
    expect(stderr).toContain('Writing the results; press Ctrl-C again to stop at once.\n')
    expect(after).toBeLessThan(SOON_MS)
    expect(files).toEqual(WHOLE)
  })

  test.each([0, 1500])('while a long network is compiled, %i ms after signals are listened for', async (delay) => {
    const layers = [{ type: 'RepeatVector', n: 1500 }, { type: 'LSTM', units: 16 }, ...SPEC.model.layers]
    const { code, stderr, after, files } = await interrupted({
      spec: { ...SPEC, model: { type: 'Sequential', layers } },
      when: listens,
      delay,
    })
    expect(code, stderr).toBe(130)
    expect(stderr).toContain('Interrupted before training began; nothing was written.\n')
    expect(after).toBeLessThan(SOON_MS)
    expect(files).toEqual([])
  })
})
