/** A trained model is opened from the folder of its run, without its data. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openModel } from '../../src/run/open-model.js'
import { runCommand, temporaryFolder } from '../support/command.js'

const CSV = ['a,b,colour,kind', ...Array.from({ length: 40 }, (_, row) => rowOf(row))].join('\n')

function rowOf(row: number): string {
  const kind = row % 2
  return `${row / 7},${kind === 0 ? row : -row},${['red', 'green'][row % 2]},${['cat', 'dog'][kind]}`
}

const SPEC = {
  data: { source: 'rows.csv', target: 'kind' },
  model: { type: 'Sequential', layers: [{ type: 'Dense', units: 'auto', activation: 'softmax' }] },
  loss: 'sparse_categorical_crossentropy',
  optimizer: { type: 'SGD', learning_rate: 0.1 },
  fit: { epochs: 2, batch_size: 8 },
}

async function trained(): Promise<string> {
  const folder = temporaryFolder({ 'spec.json': JSON.stringify(SPEC), 'rows.csv': CSV })
  const { code, stderr } = await runCommand(['spec.json', '--out', 'run'], { cwd: folder })
  expect(code, stderr).toBe(0)
  return folder
}

test('a model has the spec, the form, the preparation and the weights of its run, when its data are gone', async () => {
  const folder = await trained()
  rmSync(join(folder, 'rows.csv'))
  const { spec, form, preparation, network, weights } = await openModel(join(folder, 'run'))
  expect(spec.data).toMatchObject({ target: { column: 'kind', class_names: ['cat', 'dog'] } })
  expect(form.inputs.features!.shape).toEqual([5])
  expect(form.targets.kind!.classes).toBe(2)
  expect(Object.keys(preparation.columns).toSorted()).toEqual(['a', 'b', 'colour', 'kind'])
  expect(Object.keys(weights)).toEqual(network!.weights.map(({ name }) => name))
  const stored = readFileSync(join(folder, 'run', 'model', 'weights.bin'))
  const values = Object.values(weights).flatMap((one) => [...one])
  expect(values).toEqual([...new Float32Array(Uint8Array.from(stored).buffer)])
})

test('a folder without a model is refused in a sentence', async () => {
  const folder = await trained()
  const run = join(folder, 'run')
  const copy = (name: string, change: (path: string) => void): string => {
    cpSync(run, join(folder, name), { recursive: true })
    change(join(folder, name))
    return join(folder, name)
  }
  const preparation = readFileSync(join(run, 'preparation.json'), 'utf8')
  const changed = copy('changed', (path) =>
    writeFileSync(join(path, 'preparation.json'), preparation.replace('"shape":[5]', '"shape":[6]')),
  )
  await expect(openModel(changed)).rejects.toThrow('its content was changed, or is damaged')
  const missing = copy('missing', (path) => rmSync(join(path, 'preparation.json')))
  await expect(openModel(missing)).rejects.toThrow(
    /preparation\.json: no such file or folder; runs of earlier versions lack it/,
  )
  const other = copy('other', (path) => {
    const spec = JSON.parse(readFileSync(join(path, 'spec.json'), 'utf8'))
    spec.model.layers[0].units = 3
    writeFileSync(join(path, 'spec.json'), JSON.stringify(spec))
  })
  await expect(openModel(other)).rejects.toThrow(/problems/)
  await expect(openModel(join(folder, 'none'))).rejects.toThrow('is not the folder of a run: no such folder')
})
