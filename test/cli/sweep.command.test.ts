/** `train sweep`: its table, its files, and going on after it was killed. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BARS_AND_STRIPES } from '../support/bars-and-stripes.js'
import { type CommandOptions, runCommand, temporaryFolder } from '../support/command.js'
import { documentOf } from '../support/schema.js'

/** `SWEEP_RUNS=20` takes a minute. */
const RUNS = Number(process.env.SWEEP_RUNS ?? 6)

const SPEC = {
  ...BARS_AND_STRIPES,
  metrics: ['acc'],
  fit: { epochs: 4, batch_size: 4, validation_split: 0.5 },
  sweep: {
    grid: { 'fit.batch_size': [2, 4] },
    random: { 'optimizer.learning_rate': 'log:1e-3..1e0' },
    runs: RUNS,
    halving: { factor: 3 },
    monitor: 'val_loss',
  },
}

const FILES = { 'own.json': JSON.stringify(SPEC) }
const sweep = (cwd: string, args: readonly string[] = [], options: CommandOptions = {}) =>
  runCommand(['sweep', 'own.json', '--parallel', '2', ...args], { cwd, ...options })

describe('a sweep', () => {
  let cwd: string
  let ended: Awaited<ReturnType<typeof sweep>>
  const at = (path: string) => readFileSync(join(cwd, 'sweeps/own', path), 'utf8')

  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'sweep-'))
    writeFileSync(join(cwd, 'own.json'), FILES['own.json'])
    ended = await sweep(cwd)
  })

  afterAll(() => rmSync(cwd, { recursive: true, force: true }))

  test('prints its table, the best trial first, and writes it', () => {
    expect(ended.code).toBe(0)
    const [head, ...rows] = ended.stdout.trimEnd().split('\n')
    expect(head).toMatch(/^Trial +batch_size +learning_rate +epochs +val_loss +test_loss +test_acc +state$/)
    expect(rows).toHaveLength(RUNS)
    expect(rows[0]).toMatch(/ 4\/4 .* completed$/)
    expect(rows.at(-1)).toMatch(/ 1\/4 .* stopped$/)
    const csv = at('table.csv').trimEnd().split('\n')
    expect(csv).toHaveLength(RUNS + 1)
    expect(csv[1]!.split(',')[0]).toBe(rows[0]!.trim().split(/ +/)[0])
  })

  test('says what it does, and how to train the best', () => {
    const best = at('table.csv').split('\n')[1]!.split(',')[0]
    expect(ended.stderr).toContain(`${RUNS} trials, 2 at a time, each on `)
    expect(ended.stderr).toContain(`Halving: ${RUNS} trials to epoch 1, `)
    expect(ended.stderr).toContain(`\nThe best is trial ${best}, with val_loss `)
    expect(ended.stderr).toContain('Train it anew: train sweeps/own/best.json\n')
    expect(at('sweep.svg')).toMatch(/^<svg/)
  })

  test('is done when the same command runs again; another one is refused', async () => {
    const again = await sweep(cwd, ['--json'])
    const other = await sweep(cwd, ['--seed', '7', '--set', 'fit.epochs=3', '--halving', '2'])
    const { trials, best } = documentOf(again.stdout, 'sweep.schema.json')
    expect(String(best)).toBe(at('table.csv').split('\n')[1]!.split(',')[0])
    expect(trials.map(({ trial }: { trial: number }) => trial)).toHaveLength(RUNS)
    expect(again.stderr).toContain(`${RUNS} of ${RUNS} trials are done already.`)
    expect(other.code).toBe(2)
    expect(other.stderr).toContain('The folder sweeps/own has the trials of another sweep. These fields differ:')
    expect(other.stderr).toContain('    sweep.halving.factor: 3, now 2\n    sweep.seed: 0, now 7\n')
  })

  test('has trials that other commands take', async () => {
    const [first, second] = at('table.csv')
      .split('\n')
      .slice(1, 3)
      .map((line) => `sweeps/own/trials/000${line.split(',')[0]}`)
    const { code, stdout } = await runCommand(['compare', first!, second!], { cwd })
    expect(code).toBe(0)
    expect(stdout).toContain('optimizer.learning_rate')
    expect(await runCommand(['validate', 'own.json', 'sweeps/own/best.json'], { cwd })).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(
        new RegExp(`own.json: ok, and so are ${RUNS} trials of its sweep\n(.*\n)*sweeps/own/best.json: ok\n$`),
      ),
    })
  })

  test('that is killed in the middle goes on, and ends with the same table', async () => {
    const other = temporaryFolder(FILES)
    // each time some more trials have ended; with 20 of them it is killed three times
    for (let lines = 2; lines < RUNS; lines += 6) {
      let isKilled = false
      await sweep(other, [], {
        watch: (child, stderr) => {
          if (stderr.split('\nTrial ').length - 1 < 2) return
          isKilled = child.kill('SIGKILL')
        },
      })
      expect(isKilled).toBe(true)
    }
    expect(existsSync(join(other, 'sweeps/own/table.csv'))).toBe(false)
    let second: ReturnType<typeof sweep> | undefined
    const again = await sweep(other, [], {
      watch: (_, stderr) => {
        if (stderr.includes('are done already.')) second ??= sweep(other)
      },
    })
    const meanwhile = await second
    expect(meanwhile!).toMatchObject({ code: 2, stdout: '' })
    expect(meanwhile!.stderr).toContain('Another sweep works in the folder sweeps/own: process ')
    expect(again).toMatchObject({ code: 0, stdout: ended.stdout })
    for (const file of ['table.csv', 'best.json', 'sweep.svg']) {
      expect(readFileSync(join(other, 'sweeps/own', file), 'utf8')).toBe(at(file))
    }
  })
})

test('Ctrl-C ends the trials under way with a checkpoint, and the same command goes on', async () => {
  const cwd = temporaryFolder(FILES)
  const args = ['--set', 'sweep.halving=null', '--set', 'sweep.runs=1', '--set', 'fit.epochs=400']
  const isUnderWay = () => existsSync(join(cwd, 'sweeps/own/trials/0001/run/history.csv'))
  const ended = await sweep(cwd, args, {
    started(child) {
      const timer = setInterval(() => {
        if (!isUnderWay()) return
        clearInterval(timer)
        child.kill('SIGINT')
      }, 20)
    },
  })
  expect(ended.code).toBe(130)
  expect(ended.stderr).toContain('Ending the trials under way, each with a checkpoint')
  expect(ended.stderr).toContain('Stopped; 0 of 1 trials are done. The same command goes on with the others.')
  expect(existsSync(join(cwd, 'sweeps/own/trials/0001/run/state'))).toBe(true)
  expect((await sweep(cwd, args)).code).toBe(0)
})

test('a folder of something else is not taken', async () => {
  const cwd = temporaryFolder(FILES)
  cpSync(join(cwd, 'own.json'), join(cwd, 'sweeps/own/own.json'))
  const { code, stderr } = await sweep(cwd)
  expect(code).toBe(2)
  expect(stderr).toContain('The folder sweeps/own is not empty, and has no sweep.json')
})
