/** `train bench SPEC` from its command line to its table, exit code and messages. */
import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { runCommand, runShell, temporaryFolder, withoutPackage } from '../support/command.js'
import { engineNames } from '../support/engines.js'
import { documentOf } from '../support/schema.js'

const TINY = {
  data: { dataset: 'mnist-10k', flatten: true },
  model: { type: 'Sequential', layers: [{ type: 'Dense', units: 10, activation: 'softmax' }] },
  loss: 'sparse_categorical_crossentropy',
  fit: { batch_size: 50 },
}

const folderWith = (changes: object = {}) => temporaryFolder({ 'tiny.json': JSON.stringify({ ...TINY, ...changes }) })
const FEW = ['--rounds', '2', '--steps', '3']

test('--json: every engine that works here, fastest first; the others with the reason', async () => {
  const cwd = folderWith()
  const { code, stdout, stderr } = await runCommand(['bench', 'tiny.json', '--json', ...FEW], { cwd })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const report = documentOf(stdout, 'bench.schema.json')
  expect(report).toMatchObject({ name: 'tiny', batch_size: 50, rounds: 2, steps_per_turn: 3, precision: 'float32' })
  const timed = report.engines.map(({ name }: { name: string }) => name)
  expect(timed.toSorted()).toEqual([...engineNames].toSorted())
  expect(timed).toContain(report.auto.engine)
  for (const { problem } of report.left_out) expect(problem).toMatch(/^[A-Z].*\.$/)
  const medians = report.engines.map((engine: { median_ms: number }) => engine.median_ms)
  expect(medians).toEqual(medians.toSorted((a: number, b: number) => a - b))
  expect(report.engines[0].ratio).toBe(1)
  for (const engine of report.engines) {
    expect(engine.steps).toBe(6)
    expect(engine.round_medians_ms).toHaveLength(2)
    expect(engine.minimum_ms).toBeLessThanOrEqual(engine.median_ms)
    expect(engine.peak_memory_bytes).toBeGreaterThan(1e7)
  }
  expect(readdirSync(cwd)).toEqual(['tiny.json'])
})

test('a table of the engines that are named, of a spec from standard input with a change', async () => {
  const args = ['bench', '-', '--engine', 'onnx', '--engine', 'onnx', '--set', 'fit.batch_size=20', ...FEW]
  const { code, stdout, stderr } = await runCommand(args, { stdin: JSON.stringify({ ...TINY, engine: 'eager' }) })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const lines = [
    'Training step of stdin, batch 20, float32; 2 turns per engine, at most 3 steps or 1 s each\\.',
    '',
    'engine  device +median +minimum +times as long +steps +peak memory',
    'onnx    cpu +[\\d.]+ ms +[\\d.]+ ms +1\\.00 +6 +[\\d.]+ MB',
    '',
    'Engine auto selects .*',
  ]
  expect(stdout).toMatch(new RegExp(`^${lines.join('\n')}`))
})

describe('errors', () => {
  test('an engine whose package cannot be loaded is skipped, or an error if it was requested', async () => {
    const [cwd, env] = [folderWith(), { ...withoutPackage('koffi'), NODE_PATH: '' }]
    const all = await runCommand(['bench', 'tiny.json', '--json', ...FEW], { cwd, env })
    expect(all).toMatchObject({ code: 0, stderr: '' })
    const { left_out } = documentOf(all.stdout, 'bench.schema.json')
    expect(left_out[0]).toEqual({ name: 'onnx', problem: expect.stringContaining('it is taken away') })
    const asked = await runCommand(['bench', 'tiny.json', '--engine', 'onnx'], { cwd, env })
    expect(asked).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('it is taken away') })
  })

  test('a spec with mistakes', async () => {
    const { code, stdout, stderr } = await runCommand(['bench', 'tiny.json'], { cwd: folderWith({ loss: 'mze' }) })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^tiny\.json:1:\d+ \/loss: found "mze".*\nThe spec has a problem\.\n$/)
  })

  test('an engine without its library', async () => {
    const env = { TRAINSPEC_TENSORFLOW: temporaryFolder() }
    const args = ['bench', 'tiny.json', '--engine', 'onnx', '--engine', 'tensorflow']
    const { code, stdout, stderr } = await runCommand(args, { cwd: folderWith(), env })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^TRAINSPEC_TENSORFLOW is [^\n]*\.\n$/)
  })

  test('a device that no engine has', async () => {
    const env = { TRAINSPEC_TENSORFLOW: temporaryFolder() }
    const args = ['bench', 'tiny.json', '--device', 'gpu:99']
    const { code, stdout, stderr } = await runCommand(args, { cwd: folderWith(), env })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^No engine can train this spec on this machine\.\nonnx: [^\n]*\ntensorflow: [^\n]*\n/)
  })

  test('a loss that becomes NaN', async () => {
    const changes = {
      optimizer: { type: 'SGD', learning_rate: 1e30 },
      model: {
        type: 'Sequential',
        layers: [
          { type: 'Dense', units: 8 },
          { type: 'Dense', units: 1 },
        ],
      },
      loss: 'mse',
    }
    const args = ['bench', 'tiny.json', '--engine', 'onnx']
    const { code, stdout, stderr } = await runCommand(args, { cwd: folderWith(changes) })
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toBe(
      'Diverged on engine onnx in step 2: the loss is NaN or infinite. Try a smaller learning rate.\n',
    )
  })

  test('a loss that becomes NaN while gradients are accumulated', async () => {
    const changes = {
      data: { dataset: 'bars-and-stripes', size: 2, flatten: true },
      optimizer: { type: 'SGD', gradient_accumulation_steps: 4 },
      model: {
        type: 'Sequential',
        layers: [{ type: 'Dense', units: 2, kernel_initializer: { type: 'constant', value: 3e38 } }],
      },
      loss: 'mse',
      // the first picture is all 0
      fit: { batch_size: 1, shuffle: false },
    }
    const { code, stderr } = await runCommand(['bench', 'tiny.json', '--engine', 'onnx'], { cwd: folderWith(changes) })
    expect(code).toBe(3)
    expect(stderr).toContain(
      'Diverged on engine onnx in step 2: the loss is NaN or infinite. No update had been made, so the learning rate is not the cause.\n',
    )
  })

  test('an interruption leaves no process', async () => {
    const line = `
      $train bench tiny.json --engine onnx --rounds 100000 & bench=$!
      until engine=$(pgrep -P $bench); do sleep 0.05; done
      sleep 0.5; kill -TERM $bench; wait $bench; echo $?; pgrep -P $bench; kill -0 $engine 2>/dev/null && echo left; true`
    const { stdout, stderr } = await runShell(line, { cwd: folderWith() })
    expect({ stdout, stderr }).toEqual({ stdout: '143\n', stderr: 'Interrupted.\n' })
  })
})
