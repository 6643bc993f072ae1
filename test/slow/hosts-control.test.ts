/** `train SPEC --hosts` with two workers on loopback: every process of the group is killed or stopped once. */
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkpointNumbers } from '../../src/export/checkpoint-file.js'
import { freePort } from '../../src/hosts/free-port.js'
import { locateTensorflow } from '../../src/libtensorflow/locate.js'
import { RUN_FILES } from '../../src/spec/run-files.js'
import { COMMAND } from '../support/command.js'

const library = locateTensorflow(process.env, { onlySetUp: true })
const SPEC = join(import.meta.dirname, '../../specs/mnist-mlp.json')

/** `mnist-mlp` with dropout, small, so that most of the time is that of starting processes. */
const SETTINGS = [
  ...['data.dataset=mnist-10k', 'model.layers.0.units=32', 'model.layers.3.units=32', 'early_stopping=null'],
  ...['fit.batch_size=500', 'fit.validation_split=0', 'fit.epochs=12', 'checkpoint.every=epoch'],
].flatMap((setting) => ['--set', setting])

/** A variable of the environment by which all processes of these tests are found. */
const MARK = 'HOSTS_CONTROL_TEST'

interface Running {
  readonly child: ChildProcess
  /** Its standard error so far. */
  text(): string
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
}

/** `HOSTS=all` also stops a host, which is noticed after 10 s. */
const stopsToo = process.env.HOSTS === 'all'

describe.skipIf(!library || process.platform !== 'linux')('on three hosts', () => {
  let cwd: string
  let ports: readonly number[]
  const workers: Running[] = []

  const start = (args: readonly string[]): Running => {
    // a worker that is killed leaves the folder of its training process
    const env = { ...process.env, [MARK]: cwd, TMPDIR: cwd }
    const child = spawn(process.execPath, [COMMAND, ...args], { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] })
    let text = ''
    child.stderr!.setEncoding('utf8').on('data', (more: string) => {
      text += more
    })
    const ended = new Promise<number | NodeJS.Signals>((resolve) => {
      child.once('close', (code, signal) => resolve(code ?? signal!))
    })
    return { child, text: () => text, ended }
  }
  const startWorker = async (index: number) => {
    const worker = start(['worker', '--listen', `127.0.0.1:${ports[index]}`, '--token', 'token', '--insecure'])
    workers[index] = worker
    await until(() => worker.text().includes('Listening'), worker)
  }
  const startChief = (out: string, ...options: string[]) => {
    const hosts = ports.map((port) => `127.0.0.1:${port}`).join(',')
    const group = ['--hosts', hosts, '--token', 'token', '--insecure', '--out', out, '--verbose', '2']
    return start([SPEC, ...SETTINGS, ...group, ...options])
  }
  /** The processes that train: their ranks and numbers. */
  const training = (): ReadonlyMap<number, number> =>
    new Map(
      processesWith(`${MARK}=${cwd}`).flatMap(({ pid, environment }) => {
        const config = environment.find((one) => one.startsWith('TF_CONFIG='))
        return config === undefined ? [] : [[JSON.parse(config.slice('TF_CONFIG='.length)).task.index, pid]]
      }),
    )
  const weightsOf = (run: string) => readFileSync(join(cwd, run, RUN_FILES.model, 'weights.bin'))

  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'hosts-'))
    writeFileSync(join(cwd, 'token'), 'a secret of many characters')
    chmodSync(join(cwd, 'token'), 0o600)
    ports = [await freePort(), await freePort()]
  })

  afterAll(() => {
    for (const { pid } of processesWith(`${MARK}=${cwd}`)) process.kill(pid, 'SIGKILL')
    rmSync(cwd, { recursive: true, force: true })
  })

  test('every process is killed or stopped in turn; the weights are those of a run that nobody disturbed', async () => {
    await startWorker(0)
    const whole = startChief('whole')
    await until(() => whole.text().includes(`Waiting up to 600 s for 127.0.0.1:${ports[1]}.`), whole)
    await startWorker(1)
    expect(await whole.ended, whole.text()).toBe(0)

    /** Waits until there is a checkpoint that is newer than all before, and the group trains. */
    const state = join(cwd, 'run', RUN_FILES.checkpoints)
    let newest = 0
    const saved = () => checkpointNumbers(state).at(-1) ?? 0
    const further = (chief: Running) =>
      until(() => {
        if (saved() <= newest || training().size < 3) return false
        newest = saved()
        return true
      }, chief)
    const said = async (chief: Running, words: string) => {
      await until(() => chief.text().includes(words), chief)
      // of the group that is lost
      newest = Math.max(newest, saved())
    }

    const first = startChief('run')
    await further(first)
    first.child.kill('SIGKILL')
    await until(() => training().size === 0, first)

    const second = startChief('run', '--resume')
    await further(second)
    const [b, c] = ports.map((port) => `127.0.0.1:${port}`)
    process.kill(training().get(1)!, 'SIGKILL')
    await said(second, `The training process of host ${b} was ended (SIGKILL). Waiting up to 60 s`)
    await further(second)
    workers[1]!.child.kill('SIGKILL')
    await said(second, `Host ${c} is lost (the connection was closed).`)
    await startWorker(1)
    await further(second)
    process.kill(training().get(0)!, 'SIGKILL')
    await said(second, 'The training process of this machine was ended (SIGKILL).')
    await further(second)
    if (stopsToo) {
      const stopped = [workers[0]!.child.pid!, training().get(1)!]
      for (const pid of stopped) process.kill(pid, 'SIGSTOP')
      await said(second, `Host ${b} is lost (it has been silent for 10 s).`)
      for (const pid of stopped) process.kill(pid, 'SIGCONT')
      await further(second)
    }
    second.child.kill('SIGINT')
    expect(await second.ended, second.text()).toBe(130)
    expect(second.text()).toMatch(/\nOn the same machines: train .* --out=run --resume --hosts=.*\n$/)
    await until(() => training().size === 0, second)

    const third = startChief('run', '--resume')
    expect(await third.ended, third.text()).toBe(0)
    expect(weightsOf('run').equals(weightsOf('whole'))).toBe(true)
    expect(second.text().split('The group is formed anew, of 3 of 3 hosts').length - 1).toBe(stopsToo ? 4 : 3)
    expect([...training()]).toEqual([])

    for (const { child } of workers) child.kill('SIGTERM')
    expect(await Promise.all(workers.map(({ ended }) => ended))).toEqual([0, 0])
    expect(processesWith(`${MARK}=${cwd}`)).toEqual([])
  })
})

/** Waits until something holds, while a command runs. */
async function until(holds: () => boolean, { child, text }: Running): Promise<void> {
  for (const began = performance.now(); !holds(); ) {
    const isOver = child.exitCode !== null || performance.now() - began > 60_000
    if (isOver && !holds()) throw new Error(`It does not come to hold. ${child.exitCode ?? ''}\n${text()}`)
    await delay(20)
  }
}

/** Processes of this machine with this variable in their environment. */
function processesWith(variable: string): { pid: number; environment: readonly string[] }[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const environment = readFileSync(`/proc/${name}/environ`, 'utf8').split('\0')
      return /^\d+$/.test(name) && environment.includes(variable) ? [{ pid: Number(name), environment }] : []
    } catch {
      // it has ended, or is of another user
      return []
    }
  })
}
