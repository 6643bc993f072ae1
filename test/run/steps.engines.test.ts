/** Steps that are timed or profiled equal those of the training loop, bit for bit. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { loadData } from '../../src/data/load.js'
import type { StateValues } from '../../src/engine/engine.js'
import { openEngine } from '../../src/engine/registry.js'
import { openSession, type Session } from '../../src/run/session.js'
import { stepsOf } from '../../src/run/steps.js'
import type { StageSpec } from '../../src/spec/spec.js'
import { train } from '../../src/training/loop.js'
import { ownEngines } from '../support/engines.js'
import { NO_FILES } from '../support/loop.js'
import { readText } from '../support/read-spec.js'

/** 32 samples. */
const DATA = { dataset: 'bars-and-stripes', size: 4, flatten: true }
const network = (optimizer: object, fit: object = {}) => ({
  data: DATA,
  model: {
    type: 'Sequential',
    layers: [
      { type: 'Dense', units: 3 },
      { type: 'Dropout', rate: 0.2 },
      { type: 'Dense', units: 2 },
    ],
  },
  loss: { type: 'sparse_categorical_crossentropy', from_logits: true },
  optimizer: { type: 'Adam', ...optimizer },
  fit: { batch_size: 8, epochs: 5, ...fit },
})

const CASES: readonly (readonly [string, object, readonly string[]])[] = [
  [
    'gradient accumulation over the end of an epoch',
    network({ gradient_accumulation_steps: 3 }),
    ['accumulate', 'accumulate', 'train', 'accumulate', 'accumulate', 'train', 'accumulate'],
  ],
  [
    'a mean of the weights that takes their place after every second update',
    network({ use_ema: true, ema_overwrite_frequency: 2 }),
    ['train', 'train', 'overwrite', 'train', 'train', 'overwrite', 'train'],
  ],
  [
    'a learning rate that changes',
    network({
      learning_rate: { type: 'ExponentialDecay', initial_learning_rate: 0.1, decay_steps: 1, decay_rate: 0.5 },
    }),
    Array<string>(7).fill('train'),
  ],
  [
    'an RBM with k by epoch, of samples that are drawn anew',
    {
      data: { ...DATA, binarize: 'sample_each_epoch' },
      model: { type: 'RBM', hidden_units: 5 },
      training: {
        algorithm: 'pcd',
        k: [
          [1, 1],
          [2, 3],
        ],
        chains: 4,
      },
      fit: { batch_size: 8, epochs: 5 },
    },
    ['train', 'train', 'train', 'train', 'train/3', 'train/3', 'train/3'],
  ],
]

describe.each(ownEngines)('on engine %s', (name) => {
  const open = async (spec: object) => {
    const read = readText(JSON.stringify(spec))
    expect(read.issues).toEqual([])
    const resolved = read.spec as StageSpec
    const { engine } = await openEngine(name)
    const session = await openSession(resolved, await loadData(resolved), engine)
    onTestFinished(() => session.runner.dispose())
    return session
  }

  test.each(CASES)('%s: the same programs, and the same state', async (_, spec, programs) => {
    const session = await open(spec)
    const ran: string[] = []
    const runner: Session['runner'] = {
      ...session.runner,
      run(program, ...rest) {
        ran.push(program)
        return session.runner.run(program, ...rest)
      },
    }
    const step = stepsOf({ ...session.training, runner })
    const steps = programs.filter((program) => program !== 'overwrite').length
    for (let done = 0; done < steps; done++) expect((await step()).iterations).toBe(done)
    expect(ran).toEqual(programs)
    expect(await session.runner.read()).toEqual(await trained(await open(spec), steps))
  })

  test('the shorter batch at the end of an epoch is left out', async () => {
    const { training } = await open(network({}, { batch_size: 12 }))
    const step = stepsOf(training)
    for (let done = 0; done < 5; done++) expect((await step()).batch.size).toBe(12)
  })
})

/** The state after so many steps of the training loop. */
async function trained({ training, runner }: Session, steps: number): Promise<StateValues> {
  let done = 0
  const options = { ...training, signal: new AbortController().signal, now: () => 0, files: NO_FILES }
  for await (const { type } of train(options)) if (type === 'batchEnd' && ++done === steps) return runner.read()
  throw new Error('it ends before that')
}
