/** A whole run on sequences of classes goes as in Keras, on each engine. */
import { expect, onTestFinished, test } from 'vitest'
import { openEngine } from '../../src/engine/registry.js'
import { openSession } from '../../src/run/session.js'
import { expectClose } from '../support/close.js'
import { engineNames, someOn, toleranceOn } from '../support/engines.js'
import { evenly, hashes } from '../support/hashed.js'
import { kerasFixture } from '../support/keras.js'
import { epochsFromKeras } from '../support/keras-run.js'
import { openOwnSpec, valuesIn } from '../support/own-data.js'

const { lengths, x, y, history } = kerasFixture('ctc').run

/** The same rows as in test/fixtures/keras/make_ctc.py. */
function table(): string {
  const groups = lengths.flatMap((length, group) => Array<number>(length).fill(group))
  const numbers = evenly('table', 2 * groups.length)
  const [letters, sizes] = [hashes('letter', 3 * lengths.length), hashes('letters', lengths.length)]
  const words = lengths.map((_, group) =>
    Array.from(letters.slice(3 * group, 3 * group + 1 + (sizes[group]! % 3)), (hash) => 'abc'[hash % 3]).join(''),
  )
  const rows = groups.map((group, row) =>
    [group, 2 * numbers[2 * row]!, 2 * numbers[2 * row + 1]!, words[group]].join(','),
  )
  return ['group,a,b,word', ...rows].join('\n')
}

test.each(engineNames)('on %s', async (engineName) => {
  const { spec, data } = await openOwnSpec(
    { 'a.csv': table() },
    {
      source: 'a.csv',
      features: { a: 'float', b: 'float' },
      target: 'word',
      sequence: { group: 'group', padding: 'post' },
      split: 'last',
    },
    {
      model: {
        type: 'Sequential',
        layers: [
          { type: 'GRU', units: 5, return_sequences: true, name: 'gru' },
          { type: 'Dense', units: 'auto', name: 'output' },
        ],
      },
      loss: 'CTC',
      optimizer: { type: 'SGD', learning_rate: 0.05 },
      fit: { batch_size: 4, epochs: 3, shuffle: false, validation_split: 0.2 },
    },
  )
  const loaded = await data.load()
  const parts = [valuesIn(loaded.train), valuesIn(loaded.validation)]
  const all = (key: string) => parts.flatMap((part) => part[key]!)
  expectClose(all('x:features'), x, 'x', { relative: 1e-6, absolute: 0 })
  expect(all('y:word')).toEqual(y)
  const { engine } = await openEngine(engineName, { device: 'cpu', precision: 'float32', logs: false })
  const session = await openSession(spec as never, loaded, engine)
  onTestFinished(() => session.runner.dispose())
  const someOf = (values: readonly number[]) => someOn(engineName, values, 1)
  const epochs = await epochsFromKeras(session, someOf(history.loss!).length)
  for (const [name, wanted] of Object.entries(history)) {
    const found = epochs.map((metrics) => metrics[name]!)
    expectClose(found, someOf(wanted), name, toleranceOn(engineName, { relative: 2e-5, absolute: 2e-6 }))
  }
})
