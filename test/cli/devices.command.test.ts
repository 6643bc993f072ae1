/** Training on several devices of one machine: what a run says of it, and how it goes on. */
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { locateTensorflow } from '../../src/libtensorflow/locate.js'
import { BARS_AND_STRIPES } from '../support/bars-and-stripes.js'
import { temporaryFolder } from '../support/command.js'
import { runMain } from '../support/main.js'

const SPEC = { ...BARS_AND_STRIPES, engine: 'auto', fit: { epochs: 2, batch_size: 5 } }
const folder = () => temporaryFolder({ 'spec.json': JSON.stringify(SPEC) })
const historyIn = (run: string) => JSON.parse(readFileSync(join(run, 'history.json'), 'utf8'))
const weightsIn = (run: string) => readFileSync(join(run, 'model/weights.bin'))

describe.runIf(locateTensorflow(process.env, { onlySetUp: true }))('a run on two devices', () => {
  test('goes on from a checkpoint to the same weights, on one device with a warning', async () => {
    const cwd = folder()
    const train = (words: string) => runMain(words.split(' '), { cwd })
    const whole = await train('spec.json --device cpu:0,cpu:1 --out whole')
    expect(whole.code, whole.stderr).toBe(0)
    expect(whole.stderr).toMatch(/^Engine tensorflow on cpu:0,cpu:1\.\n/)
    expect(historyIn(join(cwd, 'whole'))).toMatchObject({ engine: 'tensorflow', device: 'cpu:0,cpu:1' })
    await train('spec.json --device cpu:0,cpu:1 --out part --pause-after 1')
    cpSync(join(cwd, 'part'), join(cwd, 'copy'), { recursive: true })
    const resumed = await train('resume part')
    expect([resumed.code, resumed.stderr]).toEqual([0, expect.not.stringContaining('Warning')])
    expect(historyIn(join(cwd, 'part')).device).toBe('cpu:0,cpu:1')
    expect(weightsIn(join(cwd, 'part'))).toEqual(weightsIn(join(cwd, 'whole')))
    const onOne = await train('resume copy --device cpu')
    expect(onOne.code).toBe(0)
    expect(onOne.stderr).toMatch(/The checkpoint was computed by .*device cpu:0,cpu:1, .*; now it is .*device cpu, /)
  })
})

test('another engine refuses several devices', async () => {
  const { code, stderr } = await runMain(['spec.json', '--engine', 'onnx', '--device', 'gpu:0,gpu:1'], {
    cwd: folder(),
  })
  expect([code, stderr]).toEqual([
    2,
    'Engine onnx computes on one device, but device gpu:0,gpu:1 is asked for: use engine tensorflow, or one device.\n',
  ])
})
