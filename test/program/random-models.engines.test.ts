/** Small models drawn at random train as in Keras: the history of two epochs, and the weights at the end. */
import { describe, onTestFinished, test } from 'vitest'
import { openEngine } from '../../src/engine/registry.js'
import { openSession } from '../../src/run/session.js'
import type { Metrics } from '../../src/training/events.js'
import { train } from '../../src/training/loop.js'
import { expectClose, largestMagnitude } from '../support/close.js'
import { ownEngines, type RealEngine } from '../support/engines.js'
import { evenly } from '../support/hashed.js'
import { dataOf, firstValues, isDrawn, randomModels, specOf } from '../support/random-models.js'

const { cases, sums } = randomModels

/** Every case on the reference, and some of them on each engine that compiles a step. */
const SOME = 8
const isChosen = (engine: RealEngine, index: number): boolean => engine === 'eager:cpu' || isDrawn(index, SOME)

describe.each(ownEngines)('on %s', (engineName) => {
  const chosen = cases.filter((_, index) => isChosen(engineName, index))
  test.each(chosen)('$number', async ({ data, spec, history, final }) => {
    const resolved = specOf(spec)
    const { engine } = await openEngine(engineName, { device: 'cpu', precision: 'float32', logs: false })
    const { model, runner, training } = await openSession(resolved, dataOf(data, resolved.fit.validation_split), engine)
    onTestFinished(() => runner.dispose())
    await runner.write(firstValues(model))

    const found: Record<string, number[]> = {}
    const files = { write: async () => {} }
    const signal = new AbortController().signal
    for await (const event of train({ ...training, files, signal, now: () => 0 })) {
      if (event.type === 'epochEnd') append(found, event.metrics)
    }
    for (const [key, values] of Object.entries(history)) expectClose(found[key] ?? [], values, key, allowed(values))
    const state = await runner.read()
    for (const [name, values] of Object.entries(final)) {
      expectClose(sumsOf(name, state[name]!), values, name, allowed(values))
    }
  })
})

/** Keras on JAX and Keras on TensorFlow are as far apart (`APART` of make_random_models.py). */
const allowed = (values: readonly number[]) => ({
  relative: 0,
  absolute: 2e-5 * Math.max(0.1, largestMagnitude(values)),
})

function append(rows: Record<string, number[]>, metrics: Metrics): void {
  for (const [key, value] of Object.entries(metrics)) rows[key] = [...(rows[key] ?? []), value]
}

// The same in test/fixtures/keras/make_random_models.py ------------------------

function sumsOf(name: string, values: Float32Array): Float64Array {
  const factors = evenly(`${name}/sums`, values.length)
  const totals = new Float64Array(Math.min(sums, values.length))
  for (const [index, value] of values.entries()) totals[index % sums]! += value * factors[index]!
  return totals
}
