/** One table in every format: the same first batch, and the same weights after ten steps. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { batches } from '../../../src/data/batches.js'
import type { StateValues } from '../../../src/engine/engine.js'
import { openEngine } from '../../../src/engine/registry.js'
import { openSession } from '../../../src/run/session.js'
import { stepsOf } from '../../../src/run/steps.js'
import type { StageSpec } from '../../../src/spec/spec.js'
import { openOwnSpec } from '../../support/own-data.js'

const folder = join(import.meta.dirname, '../../fixtures/same-table')
const at = (name: string) => join(folder, name)

const SOURCES = {
  CSV: at('table.csv'),
  'CSV with gzip': at('table.csv.gz'),
  TSV: at('table.tsv'),
  'JSON Lines': at('table.jsonl'),
  Parquet: at('table.parquet'),
  '.npz': at('table.npz'),
  '.npy': { width: at('width.npy'), count: at('count.npy'), colour: at('colour.npy'), kind: at('kind.npy') },
}

const SETTINGS = {
  model: {
    type: 'Sequential',
    layers: [
      { type: 'Dense', units: 8, activation: 'tanh' },
      { type: 'Dense', units: 'auto', activation: 'softmax' },
    ],
  },
  optimizer: 'adam',
  fit: { batch_size: 16, validation_split: 0.25 },
}

interface Trained {
  readonly batch: Record<string, number[]>
  readonly weights: StateValues
}

async function trained(source: unknown): Promise<Trained> {
  const { spec, data } = await openOwnSpec({}, { source, target: 'kind', test: 0.1 }, SETTINGS)
  const read = await data.load()
  let batch: Trained['batch'] = {}
  for await (const { arrays } of batches(read.train, { batchSize: 16, shuffle: { seed: 0, epoch: 1 } })) {
    batch = Object.fromEntries(Object.entries(arrays).map(([key, values]) => [key, [...values]]))
    break
  }
  const { engine } = await openEngine('onnx')
  const { runner, training } = await openSession(spec as StageSpec, read, engine)
  try {
    const step = stepsOf(training)
    for (let index = 0; index < 10; index++) await step()
    return { batch, weights: await runner.read() }
  } finally {
    await runner.dispose()
  }
}

test.each(Object.keys(SOURCES) as (keyof typeof SOURCES)[])('%s', async (name) => {
  const [reference, one] = [await trained(SOURCES.CSV), await trained(SOURCES[name])]
  expect(Object.keys(one.batch)).toEqual(['x:features', 'y:kind'])
  expect(one.batch).toEqual(reference.batch)
  expect(one.weights).toEqual(reference.weights)
})
