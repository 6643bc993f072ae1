/** `train summary SPEC` from its command line to its table, document and picture. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runCommand, temporaryFolder } from '../support/command.js'
import { kerasFixture } from '../support/keras.js'
import { documentOf } from '../support/schema.js'

const dense = (name: string, units: number, more: object = {}) => ({ type: 'Dense', name, units, ...more })
const STACK = {
  type: 'Sequential',
  layers: [
    { type: 'Input', shape: [28, 28] },
    'Flatten',
    dense('dense', 512, { trainable: false }),
    { type: 'Dropout', rate: 0.2 },
    dense('a_name_of_so_many_letters_as_fit', 10),
  ],
}
const GRAPH = {
  type: 'Functional',
  layers: [
    { type: 'Input', shape: [28, 28] },
    'Flatten',
    dense('a', 32),
    dense('twice', 32),
    { type: 'Shared', name: 'again', layer: 'twice' },
    { type: 'Add', inputs: ['a', 'twice', 'again'] },
    dense('out', 10),
  ],
}
const specOf = (name: string, model: object, more: object = {}) => ({
  [`${name}.json`]: JSON.stringify({ data: 'mnist-10k', loss: 'mse', optimizer: 'adam', model, ...more }),
})
const cwd = () => temporaryFolder({ ...specOf('stack', STACK), ...specOf('graph', GRAPH) })

test.each(['stack', 'graph'] as const)('the table of a %s is that of Keras', async (name) => {
  const { code, stdout, stderr } = await runCommand(['summary', `${name}.json`], { cwd: cwd() })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const table = kerasFixture('summary')[name]
  const lines = stdout.split('\n')
  expect(lines.slice(0, table.length)).toEqual(table)
  expect(lines.slice(table.length)).toEqual([
    '',
    'A training step of 32 samples:',
    expect.stringMatching(/^ {2}arithmetic +[\d.]+ MFLOP {2}[\d.]+ [Mk]FLOP per sample$/),
    ...[
      '[Mk]FLOP per sample in inference',
      'B weights',
      'B optimizer',
      'B gradients',
      'B batch and random numbers',
    ].map((words) => expect.stringMatching(new RegExp(` [\\d.]+ .?${words}$`))),
    expect.stringMatching(/ activations, at their peak$/),
    '',
  ])
})

test('the document has the cost of a step', async () => {
  const { code, stdout } = await runCommand(['summary', 'graph.json', '--json', '--set', 'fit.batch_size=8'], {
    cwd: cwd(),
  })
  expect(code).toBe(0)
  const report = documentOf(stdout, 'summary.schema.json')
  const parameters = 784 * 32 + 32 + (32 * 32 + 32) + (32 * 10 + 10)
  expect(report).toMatchObject({
    name: 'graph',
    stack: false,
    outputs: ['out'],
    parameters: { total: parameters, trainable: parameters, non_trainable: 0 },
    batch_size: 8,
    explain: null,
  })
  expect(report.layers[3]).toEqual({
    name: 'twice',
    type: 'Dense',
    parameters: 32 * 32 + 32,
    calls: [
      { name: 'twice', inputs: ['a'], output_shape: [32] },
      { name: 'again', inputs: ['twice'], output_shape: [32] },
    ],
  })
  const forward = 2 * (784 * 32 + 2 * 32 * 32 + 32 * 10)
  // weights of the first layer take a gradient, the data do not
  const backward = 2 * (784 * 32 + 2 * (2 * 32 * 32 + 32 * 10))
  expect(report.flops).toEqual({
    step: 8 * (forward + backward),
    step_per_sample: forward + backward,
    inference_per_sample: forward,
  })
  const { memory } = report
  expect(memory).toMatchObject({ weights: 4 * parameters, optimizer: 2 * 4 * parameters })
  expect(memory.gradients).toBeGreaterThanOrEqual(4 * parameters)
  expect(memory.inputs).toBeGreaterThanOrEqual(4 * 8 * (784 + 1))
  expect(memory.activations).toBeGreaterThanOrEqual(4 * 8 * 32 * 3)
  const { total, ...parts } = memory
  expect(total).toBe(Object.values<number>(parts).reduce((sum, one) => sum + one))
})

test('--explain prints the effect of passes and where time goes, and leaves no file', async () => {
  const folder = cwd()
  const profiles = () => readdirSync(tmpdir()).filter((name) => name.startsWith('trainspec-profile-'))
  const before = profiles()
  const { code, stdout } = await runCommand(['summary', 'stack.json', '--explain'], { cwd: folder })
  expect(code).toBe(0)
  const [, explained] = stdout.split('Nodes in the graph of the step:\n')
  expect(explained).toMatch(
    /^ {2}traced +\d+\n {2}simplify +\d+\n(.*\n)* {2}update cut off +\d+\n\nTime of a step on engine onnx, median of \d+:\n {2}batch and random numbers +[\d.]+ ms +\d+%\n {2}graph +.*\n {2}update +.*\n\nOperators of the graph:\n( {2}\w+ +\d+ +[\d.]+ ms +\d+%\n)+ {2}between operators +[\d.]+ ms +\d+%\n$/,
  )
  expect(explained).toMatch(/Gemm|MatMul/)
  expect(profiles().filter((name) => !before.includes(name))).toEqual([])
  expect(readdirSync(folder).toSorted()).toEqual(['graph.json', 'stack.json'])

  const json = await runCommand(['summary', 'stack.json', '--explain', '--json'], { cwd: folder })
  const { explain } = documentOf(json.stdout, 'summary.schema.json')
  const nodes = explain.passes.map((pass: { nodes: number }) => pass.nodes)
  expect(nodes.at(-1)).toBeLessThan(nodes[0])
})

describe('--svg', () => {
  test('draws the model', async () => {
    const folder = cwd()
    const { code, stdout } = await runCommand(['summary', 'graph.json', '--svg', 'graph.svg'], { cwd: folder })
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('Model: "graph"') })
    expect(readFileSync(join(folder, 'graph.svg'), 'utf8')).toMatch(/^<svg .*again, shares twice.*<\/svg>\n$/s)
  })

  test('into a missing folder is an error with a message', async () => {
    const { code, stderr } = await runCommand(['summary', 'graph.json', '--svg', 'none/graph.svg'], { cwd: cwd() })
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'Cannot write --svg: none: no such file or folder.\n' })
  })
})

test('a spec that does not fit gives the messages of train validate, and nothing is written', async () => {
  const folder = temporaryFolder(specOf('bad', { type: 'Sequential', layers: ['Flatten', dense('out', 7)] }))
  const { code, stdout, stderr } = await runCommand(['summary', 'bad.json', '--svg', 'bad.svg'], { cwd: folder })
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain('the model ends in (None, 7)')
  expect(existsSync(join(folder, 'bad.svg'))).toBe(false)
})
