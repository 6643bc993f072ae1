/** `train runs` on real runs: finished, under way, cut off, and folders that are none. */
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { COMMAND, runCommand, runShell, temporaryFolder } from '../support/command.js'
import { lockOfNone, lockWith } from '../support/locks.js'
import { documentOf } from '../support/schema.js'
import { SMALL_FILES } from '../support/small-table.js'

const folder = () => temporaryFolder(SMALL_FILES)

test('runs with their state, score, epochs, age and size', async () => {
  const cwd = folder()
  const list = (...args: string[]) => runCommand(['runs', ...args], { cwd })
  expect(await list()).toEqual({ code: 0, stdout: 'There are no runs.\n', stderr: '' })
  expect((await runCommand(['own.json', '--engine', 'onnx', '-v', '0'], { cwd })).code).toBe(0)
  const copy = (name: string) => {
    const run = join(cwd, 'runs', name)
    cpSync(join(cwd, 'runs/own/1'), run, { recursive: true })
    return run
  }
  const cut = copy('cut/1')
  rmSync(join(cut, 'history.json'))
  const old = new Date(Date.now() - 3 * 86_400_000)
  for (const file of ['spec.json', 'history.csv']) utimesSync(join(cut, file), old, old)
  writeFileSync(join(copy('odd'), 'history.json'), '{}')
  mkdirSync(join(cwd, 'runs/empty'))
  const fresh = copy('fresh')
  rmSync(join(fresh, 'history.json'))
  writeFileSync(join(fresh, 'run.lock'), lockWith({}))
  writeFileSync(join(cut, 'run.lock'), lockOfNone())
  writeFileSync(
    join(fresh, 'history.csv'),
    'epoch,loss,val_acc,learning_rate,seconds\n1,0.5,nan,0.001,0.1\n2,0.4,0.75,0.0',
  )

  const { runs } = documentOf((await list('--json')).stdout, 'runs.schema.json')
  const byName = Object.fromEntries(runs.map((run: { run: string }) => [run.run, run]))
  expect(Object.keys(byName).toSorted()).toEqual(['runs/cut/1', 'runs/fresh', 'runs/odd', 'runs/own/1'])
  const history = JSON.parse(readFileSync(join(cwd, 'runs/own/1/history.json'), 'utf8'))
  const score = { key: 'val_acc', value: history.metrics.val_acc.at(-1) }
  expect(byName['runs/own/1']).toMatchObject({ state: 'completed', epochs: 3, of: 3, score, started: history.started })
  expect(byName['runs/cut/1']).toMatchObject({ state: 'cut_off', epochs: 3, score })
  expect(byName['runs/odd']).toMatchObject({ state: 'unreadable', score: null })
  // the last row is incomplete
  expect(byName['runs/fresh']).toMatchObject({ state: 'under_way', epochs: 1, score: { key: 'val_acc', value: null } })
  expect(runs.at(-1).run).toBe('runs/cut/1')
  expect(byName['runs/own/1'].bytes).toBeGreaterThan(1000)

  const { stdout } = await list('runs/own', 'runs/cut')
  expect(stdout).toMatch(/^Run +state +epochs +score +age +size\n/)
  expect(stdout).toMatch(/\nruns\/own\/1 +completed +3\/3 +val_acc 0\.\d{4} +\d+ (s|min) +[\d.]+ kB\n/)
  expect(stdout).toMatch(/\nruns\/cut\/1 +cut off +3\/3 .* 3 d +[\d.]+ kB\n$/)
  expect(await list('nothing')).toMatchObject({ code: 2, stderr: 'nothing: no such folder\n' })
  expect(await list('--json', '--watch')).toMatchObject({ code: 2 })
})

/** Begins a run that lasts until it is stopped, and waits for its first epoch. */
async function longRun(cwd: string): Promise<(signal?: NodeJS.Signals) => Promise<unknown>> {
  const child = spawn(
    process.execPath,
    [COMMAND, 'own.json', '--engine', 'onnx', '-v', '0', '--set', 'fit.epochs=1000000'],
    { cwd, stdio: 'ignore' },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  while (!existsSync(join(cwd, 'runs/own/1/history.csv'))) await delay(50)
  const ended = new Promise((resolve) => child.on('exit', resolve))
  return (signal = 'SIGINT') => {
    child.kill(signal)
    return ended
  }
}

test('--watch follows a run that is under way, and ends with it', async () => {
  const cwd = folder()
  const stop = await longRun(cwd)
  setTimeout(stop, 4000, 'SIGINT')
  const { code, stdout } = await runCommand(['runs', '--watch'], { cwd })
  expect(code).toBe(0)
  const lines = stdout.split('\n').filter((line) => line.startsWith('runs/own/1'))
  expect(lines.length).toBeGreaterThan(2)
  expect(lines[0]).toMatch(/^runs\/own\/1 +under way +\d+\/1000000 /)
  expect(lines.at(-1)).toMatch(/^runs\/own\/1 +interrupted +\d+\/1000000 /)
  expect(stdout).not.toContain('\u001b')
})

test('in a terminal --watch draws the list in one place', async () => {
  const cwd = folder()
  const stop = await longRun(cwd)
  setTimeout(stop, 4000, 'SIGINT')
  const { stdout } = await runShell(`TERM=xterm script -qec "$train runs --watch" /dev/null`, { cwd })
  const drawn = stdout.split('\u001b[A\u001b[K'.repeat(2))
  expect(drawn.length).toBeGreaterThan(2)
  expect(drawn.at(-1)).toMatch(/interrupted +\d+\/1000000 /)
})

test('a reader that goes away ends --watch; a run that is killed is cut off at once', async () => {
  const cwd = folder()
  const stop = await longRun(cwd)
  const { stdout, stderr } = await runShell('$train runs --watch | head -1', { cwd })
  expect({ stdout: stdout.slice(0, 3), stderr }).toEqual({ stdout: 'Run', stderr: '' })
  await stop('SIGKILL')
  expect((await runCommand(['runs'], { cwd })).stdout).toMatch(/^runs\/own\/1 +cut off +\d+\/1000000 /m)
})
