/** `train sweep --on`, with real clusters on this machine: `eval "$(scripts/slurm.sh)"`, `eval "$(scripts/ray.sh)"`. */
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { jsonOf } from '../../src/base/json.js'
import { BARS_AND_STRIPES } from '../support/bars-and-stripes.js'
import type { TestCluster } from '../support/cluster.js'
import { runCommand, temporaryFolder } from '../support/command.js'
import { startRay } from '../support/ray.js'
import { startSlurm } from '../support/slurm.js'

const RUNS = 8

const SPEC = {
  ...BARS_AND_STRIPES,
  metrics: ['acc'],
  fit: { epochs: 4, batch_size: 4, validation_split: 0.5 },
  sweep: { random: { 'optimizer.learning_rate': 'log:1e-3..1e0' }, runs: RUNS, monitor: 'val_loss' },
}

const FILES = { 'own.json': JSON.stringify(SPEC) }

test.each([
  ['slurm', { PATH: '' }, "Slurm's command sbatch is not found: `--on slurm` needs a machine that submits jobs.\n"],
  [
    'ray',
    { RAY_API_SERVER_ADDRESS: 'http://127.0.0.1:9' },
    /Ray at http:..127.0.0.1:9 does not answer \(.*\). RAY_API_/,
  ],
  ['ray', { RAY_API_SERVER_ADDRESS: 'auto' }, 'found "auto", must be the address of Ray\'s dashboard, such as http'],
])('without a cluster, %s with %j, it says what is missing', async (place, env, words) => {
  const cwd = temporaryFolder(FILES)
  const { code, stderr } = await runCommand(['sweep', 'own.json', '--on', place], { cwd, env })
  expect(code).toBe(2)
  expect(stderr).toMatch(words)
  expect(readdirSync(cwd)).toEqual(['own.json'])
})

const CLUSTERS = [
  { place: 'slurm', root: process.env.SLURM_ROOT, start: startSlurm },
  { place: 'ray', root: process.env.RAY_ROOT, start: startRay },
]

describe.each(CLUSTERS)('on $place', ({ place, root, start }) => {
  describe.skipIf(root === undefined)('as it is installed', () => {
    let cluster: TestCluster
    let local: Awaited<ReturnType<typeof sweep>>
    let own: string
    const sweep = (cwd: string, on = 'local', started = (_: ChildProcess) => {}) =>
      runCommand(['sweep', 'own.json', '--parallel', '2', '--processors', '1', '--on', on], {
        ...{ cwd, started },
        ...(on !== 'local' && { env: cluster.env }),
      })
    /** Looks again and again, until the act is done. */
    const meanwhile = async (cwd: string, act: (child: ChildProcess) => boolean) => {
      let timer: NodeJS.Timeout | undefined
      let isDone = false
      const ended = await sweep(cwd, place, (child) => {
        timer = setInterval(() => {
          isDone ||= act(child)
        }, 50)
      })
      clearInterval(timer)
      expect(isDone).toBe(true)
      return ended
    }
    const trialsWith = (cwd: string, file: string) => {
      const folder = join(cwd, 'sweeps/own/trials')
      const names = existsSync(folder) ? readdirSync(folder) : []
      return names.map((name) => join(folder, name, file)).filter((path) => existsSync(path))
    }
    beforeAll(async () => {
      own = mkdtempSync(join(tmpdir(), 'sweep-'))
      writeFileSync(join(own, 'own.json'), FILES['own.json'])
      local = await sweep(own)
      cluster = await start(root!)
    }, 60_000)

    afterAll(async () => {
      rmSync(own, { recursive: true, force: true })
      await cluster.stop()
    })

    test('a trial is killed, the sweep is killed, then stopped; each time it goes on, and ends as processes of this machine', async () => {
      const cwd = temporaryFolder(FILES)
      let isTrialKilled = false
      await meanwhile(cwd, (child) => {
        if (!isTrialKilled) {
          const [lock] = trialsWith(cwd, 'run/run.lock')
          const holder = lock && (jsonOf(readFileSync(lock, 'utf8')) as { pid: number } | undefined)
          if (!holder) return false
          isTrialKilled = process.kill(holder.pid, 'SIGKILL')
        }
        return (
          trialsWith(cwd, 'exit.json').length > 0 && trialsWith(cwd, 'job.json').length === 2 && child.kill('SIGKILL')
        )
      })
      const atKill = await cluster.submitted()
      const stopped = await meanwhile(cwd, (child) => trialsWith(cwd, 'exit.json').length > 4 && child.kill('SIGINT'))
      expect([stopped.code, await cluster.active()]).toEqual([130, 0])
      const { code, stdout } = await sweep(cwd, place)
      expect([code, stdout]).toEqual([0, local.stdout])
      for (const file of ['table.csv', 'best.json', 'sweep.svg']) {
        const [one, other] = [cwd, own].map((folder) => readFileSync(join(folder, 'sweeps/own', file), 'utf8'))
        expect(one).toBe(other)
      }
      // jobs of the sweep that was killed are taken over: only those that Ctrl-C ended were submitted again
      expect((await cluster.submitted()) - atKill).toBeLessThan(RUNS)
    })
  })
})
