/** Weights that were trained on one engine are those with which another begins. */
import { onTestFinished, test } from 'vitest'
import { loadData } from '../../src/data/load.js'
import { openEngine } from '../../src/engine/registry.js'
import { openSession, type Session } from '../../src/run/session.js'
import type { Start } from '../../src/run/start.js'
import { parseSpec } from '../../src/spec/parse.js'
import type { StageSpec } from '../../src/spec/spec.js'
import { evaluate } from '../../src/training/evaluate.js'
import { train } from '../../src/training/loop.js'
import { expectClose, expectSameState } from '../support/close.js'
import { engineNames, REFERENCE, type RealEngine, someOn } from '../support/engines.js'
import { NO_FILES } from '../support/loop.js'

const { spec } = parseSpec(
  JSON.stringify({
    data: { dataset: 'bars-and-stripes', size: 3 },
    model: {
      type: 'Sequential',
      layers: [
        { type: 'Reshape', target_shape: [3, 3, 1] },
        { type: 'Conv2D', filters: 4, kernel_size: 2, use_bias: false, activation: 'relu' },
        'BatchNormalization',
        'Flatten',
        { type: 'Dense', units: 2, activation: 'softmax' },
      ],
    },
    optimizer: { type: 'SGD', learning_rate: 0.1, momentum: 0.9, use_ema: true },
    loss: 'sparse_categorical_crossentropy',
    metrics: ['acc'],
    fit: { batch_size: 5, epochs: 3 },
  }),
  { source: 'spec.json' },
) as { spec: StageSpec }
const signal = new AbortController().signal

async function sessionOn(name: RealEngine, start: Start | null = null): Promise<Session> {
  const session = await openSession(spec, await loadData(spec), (await openEngine(name)).engine, { start })
  onTestFinished(() => session.dispose())
  return session
}

async function trainedBy({ training, runner }: Session, epochs: number) {
  for await (const _ of train({ ...training, epochs, signal, now: () => 0, files: NO_FILES }));
  return weightsOf({ training, runner })
}

async function weightsOf({ training, runner }: Pick<Session, 'training' | 'runner'>) {
  const state = await runner.read()
  return Object.fromEntries(training.weights.map((name) => [name, state[name]!]))
}

const scoresOf = async ({ training, runner, testBatches }: Session) =>
  (await evaluate(runner, testBatches(), training.metrics, signal)).values

test.each(engineNames)('weights from %s to the reference and back', async (name) => {
  const epochs = someOn(name, [1, 2, 3], 1).length
  for (const [from, to] of [
    [name, REFERENCE],
    [REFERENCE, name],
  ] as const) {
    const first = await sessionOn(from)
    const values = await trainedBy(first, epochs)
    const start = { values, sha256: '', report: { from: '', loaded: [], initial: [] } }
    const next = await sessionOn(to, start)
    // bit for bit, before the first step
    expectSameState(await weightsOf(next), values)
    const [scores, expected] = [await scoresOf(next), await scoresOf(first)]
    expectClose(Object.values(scores), Object.values(expected), 'scores', { relative: 1e-5 })
    // an average of weights begins with them too
    const here = await trainedBy(next, epochs)
    const there = await trainedBy(await sessionOn(from, start), epochs)
    for (const [weight, found] of Object.entries(here)) {
      expectClose(found, there[weight]!, weight, { relative: 1e-3, absolute: 1e-4 })
    }
  }
})
