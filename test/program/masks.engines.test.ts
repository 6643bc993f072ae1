/** Models whose outputs carry a mask train as in Keras: the history of whole runs, from the same weights and batches. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { loadData } from '../../src/data/load.js'
import { openEngine } from '../../src/engine/registry.js'
import { openSession } from '../../src/run/session.js'
import { parseSpec } from '../../src/spec/parse.js'
import type { SupervisedSpec } from '../../src/spec/spec.js'
import { expectClose } from '../support/close.js'
import { fastest, ownEngines, type RealEngine } from '../support/engines.js'
import { type KerasRun, kerasFixture } from '../support/keras.js'
import { epochsFromKeras } from '../support/keras-run.js'

const { cases } = kerasFixture('masks')
const runs = cases.filter(({ of }) => of === 'runs')
const layers = cases.filter(({ of }) => of === 'layers')

/** Each epoch's loss and metrics, of training and of validation. */
async function historyOf(given: object, engineName: RealEngine): Promise<KerasRun['history']> {
  const spec = parseSpec(JSON.stringify(given), { source: 'masks.json' }).spec as SupervisedSpec
  const dataset = await loadData(spec)
  const { engine } = await openEngine(engineName, { device: 'cpu', precision: 'float32', logs: false })
  const session = await openSession({ ...spec, fit: { ...spec.fit, shuffle: false } }, dataset, engine)
  onTestFinished(() => session.runner.dispose())
  const epochs = await epochsFromKeras(session)
  return Object.fromEntries(Object.keys(epochs[0]!).map((key) => [key, epochs.map((metrics) => metrics[key]!)]))
}

async function expectHistory({ spec, history }: KerasRun, engine: RealEngine): Promise<void> {
  const found = await historyOf(spec, engine)
  expect(Object.keys(found).toSorted()).toEqual(Object.keys(history).toSorted())
  for (const [key, values] of Object.entries(history)) {
    expectClose(found[key]!, values, key, { relative: 1e-4, absolute: 1e-6 })
  }
}

describe.each(ownEngines)('on %s', (engine) => {
  test.each(runs)('$name', (run) => expectHistory(run, engine))
})

describe('layers pass masks on, or end them, as in Keras', () => {
  test.each(layers)('$name', (run) => expectHistory(run, fastest))
})
