/** Faults of the machine while a run lasts: each has its exit code and its words, and what was saved stays. */
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { BARS_AND_STRIPES } from '../support/bars-and-stripes.js'
import { COMMAND, runCommand, runShell, temporaryFolder } from '../support/command.js'
import { runMain } from '../support/main.js'

const SPEC = { ...BARS_AND_STRIPES, checkpoint: { every: 'epoch', keep: 2 } }

const folderWith = (changes: object = {}) => temporaryFolder({ 'spec.json': JSON.stringify({ ...SPEC, ...changes }) })

const epochsIn = (run: string) => JSON.parse(readFileSync(join(run, 'history.json'), 'utf8')).epochs

const isRoot = process.platform === 'linux' && process.getuid?.() === 0

/**
 * The words before a command that run it as a user without rights, because root may do everything. Null if that user may
 * not read this folder.
 */
const asAnyone = ((): string | null => {
  if (!isRoot) return ''
  const words = ['--reuid', '65534', '--clear-groups']
  try {
    execFileSync('setpriv', [...words, process.execPath, COMMAND, '--version'], { stdio: 'ignore' })
    return `setpriv ${words.join(' ')} `
  } catch {
    return null
  }
})()

/** The start of a run with the checkpoints 1 and 2. */
async function paused() {
  const cwd = folderWith({ fit: { epochs: 4, batch_size: 4 } })
  const { code, stderr } = await runMain(['spec.json', '--out', 'out', '--pause-after', '2', '-v', '0'], { cwd })
  expect(code, stderr).toBe(0)
  const run = join(cwd, 'out')
  return { cwd, run, states: join(run, 'state'), resume: () => runMain(['resume', 'out'], { cwd }) }
}

/** Changes a byte in the middle of the numbers of a checkpoint. */
function damage(states: string, number: number): void {
  const path = join(states, String(number), 'state.safetensors')
  const bytes = readFileSync(path)
  bytes[bytes.length - 2]! ^= 1
  writeFileSync(path, bytes)
}

describe('checkpoints', () => {
  test('a damaged one is said, and the one before it is used', async () => {
    const { run, states, resume } = await paused()
    damage(states, 2)
    const { code, stderr } = await resume()
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(/^Warning: .*state\/2: state\.safetensors is damaged: .* the one before it/m)
    expect(stderr).toContain('Epoch 2/4')
    expect(epochsIn(run)).toBe(4)
  })

  test('if all are damaged, nothing is trained or removed', async () => {
    const { run, states, resume } = await paused()
    for (const number of [1, 2]) damage(states, number)
    const before = readdirSync(run, { recursive: true }).toSorted()
    const { code, stderr } = await resume()
    expect(code).toBe(2)
    expect(stderr).toContain('No checkpoint of out is whole.')
    expect(readdirSync(run, { recursive: true }).toSorted()).toEqual(before)
  })

  test.skipIf(!isRoot)('on a full disk: one warning, training goes on, the older ones stay', async () => {
    const { run, states, resume } = await paused()
    const copy = join(run, 'copy')
    cpSync(states, copy, { recursive: true })
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20k', 'tmpfs', states])
    onTestFinished(() => void execFileSync('umount', [states]))
    cpSync(copy, states, { recursive: true })
    const { code, stderr } = await resume()
    expect(stderr.match(/A checkpoint cannot be written: .*the disk is full/g), stderr).toHaveLength(1)
    expect(code).toBe(2)
    expect(epochsIn(run)).toBe(4)
    expect(readdirSync(states).toSorted()).toEqual(['1', '2'])
  })
})

test.skipIf(!isRoot)(
  'a disk that becomes full ends the run; once there is room, it ends as if nothing had been',
  async () => {
    const cwd = folderWith({ fit: { epochs: 400, batch_size: 4 } })
    const small = join(cwd, 'small')
    mkdirSync(small)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=60k', 'tmpfs', small])
    onTestFinished(() => void execFileSync('umount', [small]))
    const train = (...args: string[]) => runMain([...args, '-v', '0'], { cwd })
    const { code, stderr } = await train('spec.json', '--out', 'small/out')
    expect(code).toBe(2)
    expect(stderr).toMatch(/^Cannot write the history: small\/out\/history\.csv: the disk is full \(.*small\)\.$/m)
    expect(stderr.match(/A checkpoint cannot be written/g)?.length ?? 0).toBeLessThan(2)
    expect(readFileSync(join(small, 'out/history.csv'), 'utf8')).toMatch(/\n$/)
    execFileSync('mount', ['-o', 'remount,size=8m', small])
    expect(await train('resume', 'small/out')).toMatchObject({ code: 0, stderr: '' })
    expect(await train('spec.json', '--out', 'straight')).toMatchObject({ code: 0 })
    const weights = (run: string) => readFileSync(join(cwd, run, 'model/weights.bin'))
    expect(weights('small/out').equals(weights('straight'))).toBe(true)
  },
)

test('a second process cannot go on with a run that is under way', async () => {
  const cwd = folderWith({ fit: { epochs: 1_000_000, batch_size: 4 } })
  const child = spawn(process.execPath, [COMMAND, 'spec.json', '--out', 'out', '-v', '0'], { cwd, stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  while (!existsSync(join(cwd, 'out/history.csv'))) await delay(50)
  const { code, stderr } = await runMain(['resume', 'out'], { cwd })
  expect(code).toBe(2)
  expect(stderr).toContain(`Another run writes into the folder out: process ${child.pid} on `)
})

test.skipIf(asAnyone === null)('permission that is taken away meanwhile: it is said, and the rows stay', async () => {
  const cwd = folderWith({ fit: { epochs: 100_000, batch_size: 4 }, checkpoint: null })
  chmodSync(cwd, 0o777)
  const out = join(cwd, 'out')
  mkdirSync(out)
  if (isRoot) chownSync(out, 65534, 65534)
  let isTaken = false
  const { code, stderr } = await runShell(`exec ${asAnyone}$train spec.json --out out`, {
    cwd,
    watch(child, text) {
      if (isTaken || !text.includes('Epoch 2/')) return
      isTaken = true
      chmodSync(out, 0o500)
      child.kill('SIGINT')
    },
  })
  expect(code, stderr).toBe(2)
  expect(stderr).toContain('Cannot save the model: out/model: no permission.')
  expect(readFileSync(join(out, 'history.csv'), 'utf8').split('\n').length).toBeGreaterThan(2)
})

test('a layer that no machine has memory for is refused before anything is made', async () => {
  const layers = [{ type: 'RepeatVector', n: 200_000, name: 'many' }, { type: 'GlobalAveragePooling1D' }]
  const cwd = folderWith({
    data: { dataset: 'mnist-10k', flatten: true },
    model: { type: 'Sequential', layers: [...layers, { type: 'Dense', units: 10, activation: 'softmax' }] },
    fit: { batch_size: 9000 },
  })
  const { code, stderr } = await runMain(['spec.json', '--out', 'out'], { cwd })
  expect(code).toBe(2)
  expect(stderr).toMatch(/^Training needs at least \d+\.\d\d GB of memory; .* are free\. It needs .* layer "many"/m)
  expect(existsSync(join(cwd, 'out'))).toBe(false)
})

/** The date is another day at each look at the clock. */
const JUMPS = `const Real = Date
  let jumps = 0
  const now = () => Real.now() + (++jumps % 2 ? 1 : -1) * 86_400_000
  globalThis.Date = class extends Real {
    constructor(...given) { super(...(given.length > 0 ? given : [now()])) }
    static now() { return now() }
  }`

test('a clock that jumps changes no duration', async () => {
  const callbacks = [{ type: 'TimeBudget', seconds: 3600 }]
  const cwd = folderWith({ callbacks, checkpoint: { every: { minutes: 1 } } })
  writeFileSync(join(cwd, 'jumps.mjs'), JUMPS)
  const env = { NODE_OPTIONS: `--import=${join(cwd, 'jumps.mjs')}` }
  const { code, stderr } = await runCommand(['spec.json', '--out', 'out'], { cwd, env })
  expect(code, stderr).toBe(0)
  const { stop, seconds, total_seconds, started } = JSON.parse(readFileSync(join(cwd, 'out/history.json'), 'utf8'))
  expect(stop.reason).toBe('completed')
  expect(Math.abs(Date.parse(started) - Date.now())).toBeGreaterThan(80_000_000)
  for (const one of [...seconds, total_seconds]) {
    expect(one).toBeGreaterThanOrEqual(0)
    expect(one).toBeLessThan(60)
  }
  expect(stderr).toMatch(/Took \d+\.\d s\./)
  expect(existsSync(join(cwd, 'out/state'))).toBe(false)
})
