/**
 * Signals at random moments: a run that was asked to end leaves a folder that is whole or says that it is not, the exit
 * code is that of the signal, and nothing else is left. TRAINSPEC_FUZZ=all sends 200; else there is a sample.
 */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { COMMAND, runCommand, temporaryFolder } from '../support/command.js'

const data = { dataset: 'bars-and-stripes', size: 4, flatten: true }
const rbm = { hidden_units: 8, training: { algorithm: 'cd' }, epochs: 400, batch_size: 4 }
const checkpoint = { type: 'ModelCheckpoint', filepath: 'latest', save_freq: 5 }

const SPECS: readonly object[] = [
  {
    data,
    model: {
      type: 'Sequential',
      layers: [
        { type: 'Dense', units: 300 },
        { type: 'Dense', units: 2, activation: 'softmax' },
      ],
    },
    loss: 'sparse_categorical_crossentropy',
    optimizer: 'Adam',
    fit: { epochs: 500, batch_size: 4 },
    callbacks: [checkpoint, { type: 'CSVLogger', filename: 'log.csv' }],
  },
  {
    data,
    model: { type: 'RBM', hidden_units: 8 },
    training: { algorithm: 'cd' },
    fit: { epochs: 500, batch_size: 4 },
    callbacks: [checkpoint],
  },
  { data, model: { type: 'DBN', rbms: [rbm, { ...rbm, hidden_units: 4 }], fine_tune: null } },
]

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Numbers from 0 to 1 that are the same each time (Numerical Recipes, 7.1). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const COUNT = process.env.TRAINSPEC_FUZZ === 'all' ? 200 : 9

describe.skipIf(process.platform === 'win32')('signals', () => {
  test.each(Array.from({ length: COUNT }, (_, index) => index))('at a random moment, %i', async (index) => {
    const next = random(index + 1)
    for (let warm = 0; warm < 5; warm++) next()
    const signal = SIGNALS[Math.floor(next() * SIGNALS.length)]!
    const moments = Array.from({ length: 1 + Math.floor(next() * 3) }, (_, at) =>
      at === 0 ? next() * 2500 : next() * 600,
    )
    const cwd = temporaryFolder({ 'spec.json': JSON.stringify(SPECS[index % SPECS.length]) })
    const child = spawn(process.execPath, [COMMAND, 'spec.json', '--engine', 'onnx', '--out', 'out'], {
      ...{ cwd, detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
    })
    let stderr = ''
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    for (const moment of moments) {
      await pause(moment)
      child.kill(signal)
    }
    const code = await ended
    const told = `${signal} at ${moments.map(Math.round)}, code ${code}: ${stderr.slice(-500)}`
    const out = join(cwd, 'out')
    // null: it came before the command listened; 0: after the run
    expect([null, 0, 128 + constants.signals[signal]], told).toContain(code)
    expect(stderr, told).not.toMatch(/fault of trainspec|\n {4}at /)
    expect(
      readdirSync(cwd, { recursive: true }).filter((name) => String(name).endsWith('.tmp')),
      told,
    ).toEqual([])
    expect(() => process.kill(-child.pid!, 0), told).toThrow('ESRCH')
    if (code === null) expect(existsSync(out), told).toBe(false)
    else if (existsSync(join(out, 'history.json')) && existsSync(join(out, 'model')) && index % SPECS.length < 2) {
      const { code, stderr } = await runCommand(['evaluate', 'out'], { cwd })
      expect(code, stderr).toBe(0)
    } else if (code !== 0) expect(stderr, told).toMatch(/Interrupted|Stopped at once/)
  })
})
