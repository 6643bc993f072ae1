/** Sequences of unequal length, and windows with several targets: whole runs go as in Keras, on each engine. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { openEngine } from '../../src/engine/registry.js'
import { openSession } from '../../src/run/session.js'
import { expectClose } from '../support/close.js'
import { engineNames, someOn, toleranceOn } from '../support/engines.js'
import { evenly, hashes } from '../support/hashed.js'
import { kerasFixture } from '../support/keras.js'
import { epochsFromKeras } from '../support/keras-run.js'
import { openOwnSpec, valuesIn } from '../support/own-data.js'

const { lengths, cases } = kerasFixture('sequences')

/** The same rows as in test/fixtures/keras/make_sequences.py. */
function table(): string {
  const groups = lengths.flatMap((length, group) => Array<number>(length).fill(group))
  const numbers = evenly('table', 2 * groups.length)
  const [kinds, sizes] = [hashes('kind', lengths.length), evenly('size', lengths.length)]
  const [states, levels] = [hashes('state', groups.length), evenly('level', groups.length)]
  const rows = groups.map((group, row) => {
    const [a, b] = [2 * numbers[2 * row]!, 2 * numbers[2 * row + 1]!]
    return [group, a, b, kinds[group]! % 3, sizes[group], states[row]! % 3, levels[row]].join(',')
  })
  return ['group,a,b,kind,size,state,level', ...rows].join('\n')
}

describe.each(engineNames)('on %s', (engineName) => {
  test.each(cases)('$name', async ({ data, spec, x, y, history }) => {
    const features = { a: 'float', b: 'float' }
    const { spec: resolved, data: open } = await openOwnSpec(
      { 'a.csv': table() },
      { source: 'a.csv', features, split: 'last', ...data },
      spec,
    )
    const loaded = await open.load()
    const [key] = Object.keys(loaded.form.targets)
    const values = valuesIn(loaded.train)
    expectClose(values['x:features']!, x, 'x', { relative: 1e-6, absolute: 0 })
    expectClose(values[`y:${key}`]!, y, 'y', { relative: 1e-6, absolute: 0 })
    const { engine } = await openEngine(engineName, { device: 'cpu', precision: 'float32', logs: false })
    const session = await openSession(resolved as never, loaded, engine)
    onTestFinished(() => session.runner.dispose())
    const someOf = (values: readonly number[]) => someOn(engineName, values, 1)
    const epochs = await epochsFromKeras(session, someOf(history.loss!).length)
    const closely = toleranceOn(engineName, { relative: 2e-5, absolute: 2e-6 })
    expect(Object.keys(epochs[0]!).toSorted()).toEqual(Object.keys(history).toSorted())
    for (const [name, wanted] of Object.entries(history)) {
      expectClose(
        epochs.map((metrics) => metrics[name]!),
        someOf(wanted),
        name,
        closely,
      )
    }
  })
})
