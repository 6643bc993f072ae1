/** Tables of one's own with several inputs and targets, numbers and weights, through the command. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/command.js'
import { runMain } from '../support/main.js'

const ROWS = 60
const table = [
  'rooms,area,town,price,sold,weight,garden,garage',
  ...Array.from({ length: ROWS }, (_, row) => {
    const rooms = 1 + (row % 5)
    const town = ['Ulm', 'Bonn', 'Kiel'][row % 3]
    const flags = `${row % 2},${+(row % 3 === 0)}`
    return `${rooms},${20 * rooms + (row % 7)},${town},${60 * rooms + (row % 11)},${row % 4 === 0 ? 'yes' : 'no'},${1 + (row % 2)},${flags}`
  }),
].join('\n')

const optimizer = { type: 'Adam', learning_rate: 0.01 }
const fit = { epochs: 2, batch_size: 16, validation_split: 0.2 }

/** Trains a spec; gives the history and what was printed. */
async function trained(spec: object) {
  const cwd = temporaryFolder({ 'houses.csv': table, 'a.json': JSON.stringify({ optimizer, fit, ...spec }) })
  const result = await runMain(['a.json', '--out', 'run', '--engine', 'onnx'], { cwd })
  const read = (file: string) => JSON.parse(readFileSync(join(cwd, 'run', file), 'utf8'))
  return { cwd, ...result, history: result.code === 0 ? read('history.json') : undefined }
}

const HOUSES = {
  source: 'houses.csv',
  features: { rooms: 'float_normalized', town: 'string_categorical' },
  targets: { price: {}, sold: {} },
  output_mode: 'dict',
}
const LAYERS = [
  { type: 'Concatenate', name: 'all', inputs: ['rooms', 'town'] },
  { type: 'Dense', name: 'hidden', units: 4, activation: 'tanh' },
  { type: 'Dense', name: 'money', units: 'auto' },
  { type: 'Dense', name: 'sold', units: 'auto', activation: 'softmax', inputs: 'hidden' },
]
const OUTPUTS = {
  money: { loss: 'mse', loss_weight: 0.001, metrics: ['mae'], target: 'price' },
  sold: { loss: 'sparse_categorical_crossentropy', metrics: ['acc'] },
}

test('two inputs, two targets and weights are trained, tested, summarized and evaluated', async () => {
  const data = { ...HOUSES, weight: 'weight', test: 0.2 }
  const { cwd, stderr, history } = await trained({
    data,
    model: { type: 'Functional', layers: LAYERS },
    outputs: OUTPUTS,
  })
  expect(stderr).toContain('Trained for 2 epochs')
  const keys = ['loss', 'money_loss', 'money_mae', 'sold_loss', 'sold_acc']
  expect(Object.keys(history.test)).toEqual(keys)
  const { stdout } = await runMain(['evaluate', 'run', '--json'], { cwd })
  expect(JSON.parse(stdout).test).toEqual(history.test)
  const summary = JSON.parse((await runMain(['summary', 'a.json', '--json'], { cwd })).stdout)
  expect(summary.inputs).toEqual([
    { name: 'rooms', shape: [1] },
    { name: 'town', shape: [4] },
  ])
  expect(summary.layers[0].calls[0].inputs).toEqual(['rooms', 'town'])
})

test('what a name is meant to be is asked for, with what there is', async () => {
  const model = { type: 'Functional', layers: [{ ...LAYERS[0], inputs: ['room', 'town'] }, ...LAYERS.slice(1)] }
  const { code, stderr } = await trained({ data: HOUSES, model, outputs: OUTPUTS })
  expect(code).toBe(2)
  expect(stderr).toContain(
    'found "room", which is neither a layer here nor one of the data\'s 2 inputs: "rooms" (None, 1), "town" (None, 4); did you mean "rooms"?',
  )
})

test('without a test nothing is tested, and evaluation says how to get one', async () => {
  const { cwd, code, history } = await trained({
    data: {
      source: 'houses.csv',
      target: { columns: ['garden', 'garage'], type: 'multi_hot' },
      ignore: ['price', 'sold', 'weight'],
    },
    model: { type: 'Sequential', layers: [{ type: 'Dense', units: 'auto', activation: 'sigmoid' }] },
    ...{ loss: 'binary_crossentropy', metrics: ['binary_accuracy'] },
  })
  expect(code).toBe(0)
  expect(history.test).toBeNull()
  const evaluated = await runMain(['evaluate', 'run'], { cwd })
  expect(evaluated.code).toBe(2)
  expect(evaluated.stderr).toContain(
    'houses.csv has no rows to evaluate on: set "test" in "data" to a source or to a share of the rows.',
  )
})

test('balanced classes and weights of rows change a run', async () => {
  const lossOf = async (data: object, class_weight: 'balanced' | null) => {
    const spec = {
      data: { source: 'houses.csv', target: 'sold', ignore: ['price', 'garden', 'garage', 'weight'], ...data },
      model: { type: 'Sequential', layers: [{ type: 'Dense', units: 'auto', activation: 'softmax' }] },
      loss: 'sparse_categorical_crossentropy',
      fit: { ...fit, class_weight },
    }
    return (await trained(spec)).history.metrics.loss[0] as number
  }
  const weight = { weight: 'weight', ignore: ['price', 'garden', 'garage'] }
  const losses = [await lossOf({}, null), await lossOf({}, 'balanced'), await lossOf(weight, null)]
  expect(new Set(losses).size).toBe(3)
})
