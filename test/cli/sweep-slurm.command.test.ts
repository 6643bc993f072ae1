/** `train sweep --on slurm`, with a real Slurm on this machine: `eval "$(scripts/slurm.sh)"`. */
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BARS_AND_STRIPES } from '../support/bars-and-stripes.js'
import { type CommandOptions, runCommand, temporaryFolder } from '../support/command.js'
import { SLURM_ROOT, type Slurm, startSlurm } from '../support/slurm.js'

const RUNS = 8

const SPEC = {
  ...BARS_AND_STRIPES,
  metrics: ['acc'],
  fit: { epochs: 4, batch_size: 4, validation_split: 0.5 },
  sweep: { random: { 'optimizer.learning_rate': 'log:1e-3..1e0' }, runs: RUNS, monitor: 'val_loss' },
}

const FILES = { 'own.json': JSON.stringify(SPEC) }

test('without Slurm it says what is missing', async () => {
  const { code, stderr } = await runCommand(['sweep', 'own.json', '--on', 'slurm'], {
    cwd: temporaryFolder(FILES),
    env: { PATH: '' },
  })
  expect(code).toBe(2)
  expect(stderr).toContain("Slurm's command sbatch is not found: `--on slurm` needs a machine that submits jobs.\n")
})

describe.skipIf(SLURM_ROOT === null)('with Slurm', () => {
  let slurm: Slurm
  let local: Awaited<ReturnType<typeof sweep>>
  let own: string
  const sweep = (cwd: string, args: readonly string[] = [], options: CommandOptions = {}) =>
    runCommand(['sweep', 'own.json', '--parallel', '2', '--processors', '1', ...args], { cwd, ...options })
  const onSlurm = (cwd: string) => sweep(cwd, ['--on', 'slurm'], { env: slurm.env })
  /** Looks again and again, until the act is done. */
  const meanwhile = async (cwd: string, act: (child: ChildProcess) => boolean) => {
    let timer: NodeJS.Timeout | undefined
    let isDone = false
    const started = (child: ChildProcess) => {
      timer = setInterval(() => {
        isDone ||= act(child)
      }, 100)
    }
    const ended = await sweep(cwd, ['--on', 'slurm'], { env: slurm.env, started })
    clearInterval(timer)
    expect(isDone).toBe(true)
    return ended
  }
  const jobsIn = (...states: string[]) => {
    const text = slurm.run('squeue', '--noheader', `--states=${states.join()}`, '--format=%A').trim()
    return text === '' ? [] : text.split('\n')
  }
  const trialsWith = (cwd: string, file: string) => {
    const folder = join(cwd, 'sweeps/own/trials')
    return existsSync(folder) ? readdirSync(folder).filter((name) => existsSync(join(folder, name, file))) : []
  }
  const same = (cwd: string) => {
    for (const file of ['table.csv', 'best.json', 'sweep.svg']) {
      expect(readFileSync(join(cwd, 'sweeps/own', file), 'utf8')).toBe(
        readFileSync(join(own, 'sweeps/own', file), 'utf8'),
      )
    }
  }

  beforeAll(async () => {
    slurm = await startSlurm(SLURM_ROOT!)
    own = mkdtempSync(join(tmpdir(), 'sweep-'))
    writeFileSync(join(own, 'own.json'), FILES['own.json'])
    local = await sweep(own)
  })

  afterAll(async () => {
    rmSync(own, { recursive: true, force: true })
    await slurm.stop()
  })

  test('a trial whose job is killed goes on, and the table is that of processes on this machine', async () => {
    const cwd = temporaryFolder(FILES)
    const ended = await meanwhile(cwd, () => {
      const [running] = jobsIn('RUNNING')
      if (!running) return false
      slurm.run('scancel', '--signal=KILL', '--batch', running)
      return true
    })
    expect([ended.code, ended.stdout]).toEqual([0, local.stdout])
    same(cwd)
  })

  test('jobs of a sweep that is killed go on, and the next sweep takes them over', async () => {
    const cwd = temporaryFolder(FILES)
    await meanwhile(cwd, (child) => trialsWith(cwd, 'job.json').length === 2 && child.kill('SIGKILL'))
    const newest = () => Math.max(...jobsIn('all').map(Number))
    const before = newest()
    const again = await onSlurm(cwd)
    expect([again.code, again.stdout]).toEqual([0, local.stdout])
    same(cwd)
    // no trial had two jobs
    expect(newest() - before).toBe(RUNS - 2)
  })

  test('Ctrl-C ends its jobs with a checkpoint, and the same command goes on', async () => {
    const cwd = temporaryFolder(FILES)
    const stopped = await meanwhile(cwd, (child) => trialsWith(cwd, 'exit.json').length > 0 && child.kill('SIGINT'))
    expect(stopped.code).toBe(130)
    expect(jobsIn('PENDING', 'RUNNING')).toEqual([])
    expect((await onSlurm(cwd)).stdout).toBe(local.stdout)
    same(cwd)
  })
})
