/** `train explain`, `train schema` and `train render` from their command lines to their texts. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCommand, runShell, temporaryFolder } from '../support/command.js'

const SPECS = join(import.meta.dirname, '../../specs')

test('explain says what a layer means, its fields, and how it is written', async () => {
  const { code, stdout, stderr } = await runCommand(['explain', 'model.layers.Dense'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^model\.layers\.Dense\n {2}Fully connected: /)
  expect(stdout).toMatch(/\n {2}units\n {6}Number of outputs.*\n(.*\n)?.*Must be given\.\n/)
  expect(stdout).toMatch(/\n {2}use_bias\n.*\n {6}Allowed: true or false\. Default: true\.\n/)
  expect(stdout).toMatch(/\nExample:\n {2}\{ "type": "Dense", "units": .*\}\n$/)
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
})

test('explain without a path lists the fields of a spec', async () => {
  const { code, stdout } = await runCommand(['explain'])
  expect(code).toBe(0)
  for (const field of ['data', 'model', 'optimizer', 'fit', 'expect']) expect(stdout).toContain(`\n  ${field}\n`)
})

test('explain finds a name alone, and lists its places if there are several', async () => {
  expect((await runCommand(['explain', 'EarlyStopping'])).stdout).toMatch(/^callbacks\.EarlyStopping\n/)
  expect((await runCommand(['explain', 'momentum'])).stdout).toMatch(
    /^momentum is in \d+ places:\n(.*\n)* {2}optimizer\.SGD\.momentum\n/,
  )
})

test.each([
  ['fit.epoch', 'fit: found "epoch", must be one of .*; did you mean "epochs"\\?'],
  ['Dens', 'the spec: found "Dens", .*; did you mean "Dense"\\?'],
  ['fit.epochs.x', 'fit.epochs: found "x", but there is nothing in it'],
  ['model.layers.__proto__', 'model.layers: found "__proto__", must be one of \\d+ names\n {4}allowed: '],
])('explain %s is refused', async (path, words) => {
  const { code, stdout, stderr } = await runCommand(['explain', path])
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(new RegExp(`^${words}`))
})

test.each(['spec', 'history', 'find-lr'])('schema prints the JSON Schema of %s', async (name) => {
  const { code, stdout } = await runCommand(['schema', ...(name === 'spec' ? [] : [name])])
  expect(code).toBe(0)
  expect(stdout).toBe(readFileSync(join(SPECS, `${name}.schema.json`), 'utf8'))
})

test('schema refuses another document, and says which there are', async () => {
  const { code, stderr } = await runCommand(['schema', 'historie'])
  expect(code).toBe(2)
  expect(stderr).toMatch(/found "historie", must be one of spec, history, .*; did you mean "history"\?/)
})

const SPEC = {
  data: { source: 'rows.csv', target: 'y' },
  model: { type: 'Sequential', layers: [{ type: 'Dense', units: 'auto', activation: 'softmax' }] },
  loss: 'crossentropy',
}
const rows = `a,b,y\n${Array.from({ length: 30 }, (_, index) => `${index},${index % 7},${index % 2 ? 'no' : 'yes'}`).join('\n')}\n`
const folder = () => temporaryFolder({ 'own.json': JSON.stringify(SPEC), 'rows.csv': rows })

test('render fills in every default and what the data decide; its result is a spec that renders the same', async () => {
  const cwd = folder()
  const first = await runCommand(['render', 'own.json', '--set', 'fit.epochs=3'], { cwd })
  expect(first).toMatchObject({ code: 0 })
  const spec = JSON.parse(first.stdout)
  expect(spec).toMatchObject({
    name: 'own',
    data: { source: 'rows.csv', features: { a: { type: 'float_normalized' } } },
    model: { layers: [{ type: 'Dense', units: 2, use_bias: true }] },
    optimizer: { type: 'RMSprop' },
    fit: { epochs: 3, batch_size: 32 },
  })
  const again = await runShell('$train render own.json --set fit.epochs=3 | $train render -', { cwd })
  expect(JSON.parse(again.stdout)).toEqual(spec)
  expect(await runShell('$train render own.json | $train validate -', { cwd })).toMatchObject({ stderr: '-: ok\n' })
})

test('a rendered spec in another folder trains, with its data where they are', async () => {
  const cwd = folder()
  const { code, stderr } = await runShell(
    'mkdir sub && $train render own.json -o sub/full.json && $train sub/full.json --engine onnx -v 0',
    { cwd },
  )
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(JSON.parse(readFileSync(join(cwd, 'sub/full.json'), 'utf8')).data.source).toBe('../rows.csv')
  const saved = JSON.parse(readFileSync(join(cwd, 'runs/own/1/spec.json'), 'utf8'))
  expect({ ...saved, engine: 'auto', data: null }).toEqual({
    ...JSON.parse(readFileSync(join(cwd, 'sub/full.json'), 'utf8')),
    data: null,
  })
})

test('render never replaces its spec, and reports a faulty one', async () => {
  const cwd = folder()
  expect(await runCommand(['render', 'own.json', '-o', 'own.json'], { cwd })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('would overwrite the spec'),
  })
  expect(await runCommand(['render', 'own.json', '--set', 'fit.epochs=0'], { cwd })).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('/fit/epochs'),
  })
})
