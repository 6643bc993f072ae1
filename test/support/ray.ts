/** Ray on this machine, as `scripts/ray.sh` has installed it. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../src/hosts/free-port.js'
import { type TestCluster, until } from './cluster.js'

/** Starts its head and waits until it takes jobs. */
export async function startRay(root: string): Promise<TestCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'ray-'))
  const [head, dashboard] = [await freePort(), await freePort()]
  const address = `http://127.0.0.1:${dashboard}`
  const ray = (...args: readonly string[]) =>
    execFileSync(join(root, 'bin/ray'), args, {
      env: { ...process.env, PATH: `${join(root, 'bin')}:${process.env.PATH}`, RAY_USAGE_STATS_ENABLED: '0' },
      stdio: 'pipe',
    })
  const stop = async () => {
    // its processes belong to no other: their folder tells
    execFileSync('pkill', ['-KILL', '-f', folder])
    await until(() => {
      rmSync(folder, { recursive: true, force: true })
      return true
    })
  }
  ray(
    ...['start', '--head', '--num-cpus=2', '--node-ip-address=127.0.0.1', `--port=${head}`, `--temp-dir=${folder}`],
    ...['--dashboard-host=127.0.0.1', `--dashboard-port=${dashboard}`, '--include-dashboard=true'],
  )
  const jobs = async () => JSON.parse(await textAt(`${address}/api/jobs/`)) as { status: string }[]
  await until(async () => Array.isArray(await jobs()))
  return {
    env: { RAY_API_SERVER_ADDRESS: address },
    submitted: async () => (await jobs()).length,
    active: async () => (await jobs()).filter(({ status }) => status === 'PENDING' || status === 'RUNNING').length,
    stop,
  }
}

const textAt = (url: string): Promise<string> =>
  new Promise((resolve, reject) => {
    get(url, (answer) => {
      let text = ''
      answer
        .setEncoding('utf8')
        .on('data', (piece) => {
          text += piece
        })
        .on('end', () => resolve(text))
    }).on('error', reject)
  })
