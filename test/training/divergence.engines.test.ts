/** A run whose numbers become NaN or infinite says so, even if no step and no validation follows. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { loadData } from '../../src/data/load.js'
import { openEngine } from '../../src/engine/registry.js'
import { openSession } from '../../src/run/session.js'
import { parseSpec } from '../../src/spec/parse.js'
import type { StageSpec } from '../../src/spec/spec.js'
import type { EndEvent } from '../../src/training/events.js'
import { train } from '../../src/training/loop.js'
import { ownEngines } from '../support/engines.js'
import { NO_FILES } from '../support/loop.js'

const DATA = { dataset: 'bars-and-stripes', size: 2, flatten: true }
const dense = { type: 'Dense', units: 2, name: 'out' }
/** A step of it leaves nothing finite. */
const HUGE = { type: 'SGD', learning_rate: 3e38 }
const network = (more: object = {}) => ({
  data: DATA,
  model: { type: 'Sequential', layers: [{ ...dense, kernel_initializer: { type: 'constant', value: 30 } }] },
  loss: 'mse',
  optimizer: HUGE,
  fit: { batch_size: 8, epochs: 1 },
  ...more,
})

async function endOf(spec: object, engine: (typeof ownEngines)[number]): Promise<EndEvent> {
  const parsed = parseSpec(JSON.stringify(spec), { source: 'spec.json' })
  expect(parsed.issues).toEqual([])
  const resolved = parsed.spec as StageSpec
  const session = await openSession(resolved, await loadData(resolved), (await openEngine(engine)).engine)
  onTestFinished(() => session.runner.dispose())
  const options = { ...session.training, signal: new AbortController().signal, now: () => 0, files: NO_FILES }
  for await (const event of train(options)) if (event.type === 'end') return event
  throw new Error('it has no end')
}

const outputNan = { tensor: 'out/kernel', kind: 'weight', during: 'weights', step: 1, epoch: 1, updates: 1 }

describe.each(ownEngines)('on engine %s', (engine) => {
  test.each<[string, object, object]>([
    ['the last update', network(), outputNan],
    ['the last update, with an average of weights', network({ optimizer: { ...HUGE, use_ema: true } }), outputNan],
    [
      'the update that ends an accumulation',
      network({ optimizer: { ...HUGE, gradient_accumulation_steps: 2 }, fit: { batch_size: 4, epochs: 1 } }),
      { ...outputNan, step: 2 },
    ],
    [
      'the last update of an RBM',
      {
        data: DATA,
        model: {
          type: 'RBM',
          hidden_units: 3,
          kernel_initializer: { type: 'constant', value: 1 },
          kernel_regularizer: { type: 'L2', l2: 100 },
        },
        optimizer: HUGE,
        fit: { batch_size: 8, epochs: 1 },
      },
      { tensor: 'rbm/kernel', kind: 'weight', during: 'weights', epoch: 1, step: 1 },
    ],
    [
      'a loss before any update, of outputs that are finite',
      network({
        loss: 'sparse_categorical_crossentropy',
        model: { type: 'Sequential', layers: [{ ...dense, kernel_initializer: 'zeros' }] },
      }),
      { tensor: 'loss', kind: 'measure', during: 'step', updates: 0 },
    ],
    [
      'a layer before any update',
      network({
        model: {
          type: 'Sequential',
          layers: [dense, { ...dense, name: 'second', kernel_initializer: { type: 'constant', value: 3e38 } }],
        },
      }),
      { tensor: 'the output of second', kind: 'layer', during: 'step', updates: 0 },
    ],
  ])('by %s', async (_, spec, divergence) => {
    expect(await endOf(spec, engine)).toMatchObject({ reason: 'diverged', divergence })
  })
})
