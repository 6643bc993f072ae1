/** `train find-lr SPEC` from its command line to its suggestion, files and exit code. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCommand, runShell, temporaryFolder } from '../support/command.js'
import { documentOf } from '../support/schema.js'

const TINY = {
  data: { dataset: 'mnist-10k', flatten: true },
  model: { type: 'Sequential', layers: [{ type: 'Dense', units: 10, activation: 'softmax' }] },
  loss: 'sparse_categorical_crossentropy',
  fit: { batch_size: 50 },
}
const folderWith = (changes: object = {}) => temporaryFolder({ 'tiny.json': JSON.stringify({ ...TINY, ...changes }) })

test('suggests a rate with the command that uses it, and saves the curve', async () => {
  const cwd = folderWith()
  const { code, stdout, stderr } = await runCommand(['find-lr', 'tiny.json', '--engine', 'onnx'], { cwd })
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.not.stringContaining('fault') })
  const lines = [
    'Learning rates for tiny: \\d+ steps of 50 samples, from 1e-7 to [\\d.]+\\.',
    '(All rates were tried|It stopped there, .*)\\.',
    '',
    'Suggested: [\\d.e-]+, within the longest fall of the loss, where the loss is \\d\\.\\d{4}',
    'Steepest:  [\\d.e-]+, where the loss falls fastest',
    '',
    '  train tiny.json --set optimizer.type=RMSprop --set optimizer.learning_rate=[\\d.e-]+',
    '',
    'Curve: runs/tiny/1/find-lr.svg',
  ]
  expect(stdout).toMatch(new RegExp(`^${lines.join('\n')}\n$`))
  const folder = join(cwd, 'runs/tiny/1')
  expect(readdirSync(folder).toSorted()).toEqual(['find-lr.json', 'find-lr.svg', 'spec.json'])
  const picture = readFileSync(join(folder, 'find-lr.svg'), 'utf8')
  expect(picture).toMatch(/^<svg .*<polyline points="[\d., -]+".*suggested .*<\/svg>\n$/s)
  expect(picture).not.toMatch(/NaN|Infinity|undefined/)

  // the command is good as it stands, but for what this test may spend
  const command = /^ {2}train (.*)$/m.exec(stdout)![1]!
  expect(await runShell(`$train ${command} --set fit.batch_size=2000 --verbose 0`, { cwd })).toMatchObject({ code: 0 })
  const spec = JSON.parse(readFileSync(join(cwd, 'runs/tiny/2/spec.json'), 'utf8'))
  expect(spec.optimizer.learning_rate).toBeLessThan(1)
})

test('--json, over a schedule, with accumulated gradients and changes', async () => {
  const schedule = { type: 'OneCycle', max_learning_rate: 0.1 }
  const cwd = folderWith({ optimizer: { type: 'SGD', learning_rate: schedule, gradient_accumulation_steps: 2 } })
  const args = ['find-lr', 'tiny.json', '--json', '--steps', '40', '--out', 'found', '--set', 'fit.batch_size=64']
  const { code, stdout } = await runCommand(args, { cwd })
  expect(code).toBe(0)
  const report = documentOf(stdout, 'find-lr.schema.json')
  expect(report).toMatchObject({ name: 'tiny', batch_size: 128, steps: 40, picture: 'found/find-lr.svg' })
  expect(report.command).toMatch(/^train tiny\.json --set fit\.batch_size=64 --set optimizer\.learning_rate=[\d.e-]+$/)
  expect(report.loss).toHaveLength(report.learning_rate.length)
  expect(stdout).toBe(readFileSync(join(cwd, 'found/find-lr.json'), 'utf8'))
})

test('refuses a model without trained weights', async () => {
  const frozen = { ...TINY.model, layers: [{ ...TINY.model.layers[0], trainable: false }] }
  const { code, stdout, stderr } = await runCommand(['find-lr', 'tiny.json'], { cwd: folderWith({ model: frozen }) })
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toBe(
    'tiny.json:1:56 /model: nothing is trained, so each epoch only evaluates: no layer is trainable\nfind-lr needs weights to train, but this model has none.\n',
  )
})

test.each([
  [['--steps', '19'], '--steps: found "19", must be at least 20\n'],
  [['--out', '.'], 'The folder . is not empty (tiny.json); a run never overwrites anything.\n'],
])('%j is refused before anything is done', async (args, words) => {
  const cwd = folderWith()
  const { code, stdout, stderr } = await runCommand(['find-lr', 'tiny.json', ...args], { cwd })
  expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: words })
  expect(existsSync(join(cwd, 'runs'))).toBe(false)
})
