/** A real tracking server of MLflow gets parameters, metrics and the model of a run. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../src/hosts/free-port.js'
import { BARS_AND_STRIPES } from '../support/bars-and-stripes.js'
import { runCommand, temporaryFolder } from '../support/command.js'
import { readers } from '../support/results-readers.js'

const SPEC = {
  name: 'bars-and.stripes',
  ...BARS_AND_STRIPES,
  optimizer: { type: 'Adam', learning_rate: 0.05 },
  metrics: ['acc'],
  fit: { epochs: 4, batch_size: 4, validation_split: 0.3 },
}

/** Starts a server and returns its address when it answers. */
async function mlflowServer(): Promise<string> {
  const folder = temporaryFolder()
  const port = await freePort()
  const stores = ['--backend-store-uri', `sqlite:///${folder}/m.db`, '--artifacts-destination', join(folder, 'files')]
  const args = ['server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1', ...stores]
  // its workers are processes of the same group
  const server = spawn(join(readers!, 'mlflow'), args, { detached: true, stdio: 'ignore' })
  onTestFinished(() => void process.kill(-server.pid!, 'SIGKILL'))
  const address = `http://127.0.0.1:${port}`
  while (!(await fetch(`${address}/health`).catch(() => null))?.ok) await pause(200)
  return address
}

const pairs = (list: readonly { key: string; value: unknown }[]) =>
  Object.fromEntries(list.map(({ key, value }) => [key, value]))

test.skipIf(readers === undefined)('a server has what the run has, in steps that are epochs', async () => {
  const address = await mlflowServer()
  const cwd = temporaryFolder({ 'spec.json': JSON.stringify(SPEC) })
  const { code, stderr } = await runCommand(['spec.json', '--out', 'out', '--mlflow', `${address}/`], { cwd })
  expect(code, stderr).toBe(0)
  expect(stderr).not.toContain('incomplete')
  const ask = async (path: string, request: RequestInit = {}) =>
    (await fetch(`${address}/api/2.0/mlflow/${path}`, request)).json()
  const { experiment } = await ask(`experiments/get-by-name?experiment_name=${encodeURIComponent(SPEC.name)}`)
  const { experiment_id } = experiment
  const { runs } = await ask('runs/search', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ experiment_ids: [experiment_id] }),
  })
  expect(runs).toHaveLength(1)
  const [{ info, data }] = runs
  const history = JSON.parse(readFileSync(join(cwd, 'out/history.json'), 'utf8'))
  expect(info).toMatchObject({ status: 'FINISHED', run_name: SPEC.name })
  expect(pairs(data.params)).toMatchObject({ 'optimizer.learning_rate': '0.05', 'model.layers.0.units': '2' })
  expect(pairs(data.metrics)).toMatchObject({ val_acc: history.metrics.val_acc[3], test_acc: history.test.acc })
  const { metrics } = await ask(`metrics/get-history?run_id=${info.run_id}&metric_key=loss`)
  expect(metrics.map(({ step, value }: { step: number; value: number }) => [step, value])).toEqual(
    history.metrics.loss.map((value: number, index: number) => [index + 1, value]),
  )
  const { files } = await ask(`artifacts/list?run_id=${info.run_id}&path=model`)
  expect(files.map(({ path }: { path: string }) => path)).toEqual(['model/model.json', 'model/weights.bin'])
  const place = `${address}/api/2.0/mlflow-artifacts/artifacts/${experiment_id}/${info.run_id}/artifacts/model/weights.bin`
  const stored = Buffer.from(await (await fetch(place)).arrayBuffer())
  expect(stored).toEqual(readFileSync(join(cwd, 'out/model/weights.bin')))
})
