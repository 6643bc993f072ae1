/** `train import FILE`: a spec with weights beside it, which trains on and evaluates. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCommand, temporaryFolder } from '../support/command.js'
import { FIXTURES } from '../support/imported.js'
import { npy } from '../support/npy.js'

test('a model of Keras is evaluated and trains on from its weights, when its data are filled in', async () => {
  const cwd = temporaryFolder()
  const file = join(FIXTURES, 'branches.keras')
  const { code, stderr } = await runCommand(['import', file, '-o', 'imported/spec.json'], { cwd })
  expect(stderr).toContain('Keras 3 with 18 layers. Wrote imported/spec.json, and its 134 weights to imported/model.')
  expect(code).toBe(0)

  const { inputs, outputs } = JSON.parse(readFileSync(join(FIXTURES, 'branches.json'), 'utf8'))
  const write = (name: string, values: readonly number[], shape: readonly number[]) =>
    writeFileSync(
      join(cwd, `imported/${name}.npy`),
      npy(shape, (at) => values[at]!),
    )
  for (const [name, { values, shape }] of Object.entries<{ values: number[]; shape: number[] }>(inputs))
    write(name, values, shape)
  const [kind, size] = outputs as readonly { values: number[] }[]
  write('kind', [0, 1, 2], [3])
  write(
    'size',
    size!.values.map((value) => value + 2),
    [3],
  )
  const source = { one: 'one.npy', two: 'two.npy', kind: 'kind.npy', size: 'size.npy' }
  const sets = ['--set', `data.test=${JSON.stringify(source)}`, '--engine', 'eager:cpu', '--json']
  const evaluated = await runCommand(['evaluate', 'imported', ...sets], { cwd })
  const { test: measured } = JSON.parse(evaluated.stdout)
  const crossentropy = [0, 1, 2].reduce((sum, row) => sum - Math.log(kind!.values[4 * row]!) / 3, 0)
  expect(measured.size_loss).toBeCloseTo(4, 4)
  expect(measured.kind_loss).toBeCloseTo(crossentropy, 4)

  const trained = await runCommand(['imported/spec.json', '--set', 'fit.epochs=1', '--engine', 'eager:cpu'], { cwd })
  expect(trained.stderr).toContain('Start: all 7 layers have the weights of imported/model.')
  expect(trained.code).toBe(0)
})

test('nothing is written if a part of the model is refused, or if something is there', async () => {
  const layers = [{ class_name: 'Lambda', config: { name: 'code', batch_input_shape: [null, 2] } }]
  const json = JSON.stringify({ class_name: 'Sequential', config: { layers } })
  const cwd = temporaryFolder({ 'model.json': json, 'there.json': '{}' })
  const refused = await runCommand(['import', 'model.json'], { cwd })
  expect(refused).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'model.json: Lambda "code" is code in Python, which is never run\nThe model has a part that a spec cannot have.\n',
  })
  expect(existsSync(join(cwd, 'spec.json')) || existsSync(join(cwd, 'model'))).toBe(false)
  const taken = await runCommand(['import', 'model.json', '-o', 'there.json'], { cwd })
  expect(taken.stderr).toBe('--output: there.json is there already; choose a spec in another folder, or remove it\n')
  expect(taken.code).toBe(2)
})

test('sizes that a file leaves open are given', async () => {
  const layers = [
    {
      class_name: 'LSTM',
      config: { name: 'lstm', units: 2, recurrent_activation: 'sigmoid', batch_input_shape: [null, null, 3] },
    },
  ]
  const json = JSON.stringify({ class_name: 'Sequential', keras_version: '2.15.0', config: { layers } })
  const cwd = temporaryFolder({ 'model.json': json })
  const open = await runCommand(['import', 'model.json'], { cwd })
  expect(open.stderr).toContain(
    'Input "input" has shape [null,null,3], which leaves sizes open; give it, such as --shape 20,3',
  )
  const given = await runCommand(['import', 'model.json', '--shape', '9,3'], { cwd })
  expect(given.code).toBe(0)
  expect(readFileSync(join(cwd, 'spec.json'), 'utf8')).toContain('"shape": [9, 3]')
})
