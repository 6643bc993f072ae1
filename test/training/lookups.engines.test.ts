/** Lookups of computed numbers: one without a row ends the run with the same message on every engine. */
import { describe, expect, test } from 'vitest'
import { UserError } from '../../src/base/issue.js'
import { buildModel, type ComputedLookup } from '../../src/model/model.js'
import { meanOver } from '../../src/program/measured.js'
import { evaluate } from '../../src/training/evaluate.js'
import type { EndEvent } from '../../src/training/events.js'
import type { TrainingOptions } from '../../src/training/loop.js'
import { X } from '../support/data.js'
import { engineNames, loadRunner } from '../support/engines.js'
import { loopOptions, trainToEnd } from '../support/loop.js'
import { BATCH_SIZE, smallNetwork } from '../support/network.js'
import { resolveModel } from '../support/spec.js'

/** The second of 6 features times a factor, and a constant, as numbers of rows. */
const network = (input_dim: number, rest: object = {}) =>
  smallNetwork({
    layers: [
      { type: 'Dense', name: 'numbers', units: 2 },
      { type: 'Embedding', name: 'e', input_dim, output_dim: 3, ...rest },
      'GlobalMaxPooling1D',
      { type: 'Dense', name: 'output', units: 3, activation: 'softmax' },
    ],
    loss: 'sparse_categorical_crossentropy',
    optimizer: 'SGD',
  })
const weights = (factor: number, constant: number) => ({
  'numbers/kernel': Float32Array.from({ length: 12 }, (_, at) => (at === 2 ? factor : 0)),
  'numbers/bias': Float32Array.of(0, constant),
})
const LOOKUPS: readonly ComputedLookup[] = [{ layer: 'Embedding "e"', source: 'numbers', rows: 4 }]

describe.each(engineNames)('engine %s', (engine) => {
  const opened = async (factor: number, constant: number, rest?: object) => {
    const small = network(4, rest)
    const runner = await loadRunner(engine, { ...small.programs }, { batchSize: BATCH_SIZE })
    await runner.write(weights(factor, constant))
    async function* batches() {
      for (let step = 0; step < 2; step++) yield small.batch(step)
    }
    const options = { runner, batchSize: BATCH_SIZE, samples: 16, epochs: 1, batches, lookups: LOOKUPS }
    const tested = () => evaluate(runner, batches(), [meanOver('loss')], new AbortController().signal, LOOKUPS)
    /** The error that ends the run. */
    const train = async (rest: Partial<TrainingOptions> = {}) => {
      const end = (await trainToEnd(loopOptions({ ...options, ...rest }))).at(-1) as EndEvent
      expect(end).toMatchObject({ reason: 'missing_row', divergence: null })
      return end.missingRow
    }
    return { runner, train, tested, batches }
  }

  test.each([
    ['too large', 7.5, '7.5', '; "input_dim": 8 is enough'],
    ['below 0', -1.25, '-1.25', ', whole numbers from 0 on'],
    ['not a number', Number.NaN, 'NaN', ', whole numbers from 0 on'],
  ])('a number that is %s', async (_, constant, found, remedy) => {
    const { runner, train, tested } = await opened(0, constant, { mask_zero: true })
    const before = await runner.read()
    const words = (where: string) =>
      `Embedding "e" gets the number ${found} from layer "numbers" (${where}, sample 1 of the batch), but has vectors for 0 to 3 only${remedy}.`
    expect(await train()).toEqual({ epoch: 1, step: 1, problem: new UserError(words('epoch 1, step 1')) })
    await expect(tested()).rejects.toThrow(words('the test'))
    expect(await runner.read()).toEqual(before)
  })

  test('in the validation of an epoch', async () => {
    const { runner, train, batches } = await opened(0, 3)
    async function* validation() {
      await runner.write(weights(0, 9))
      yield* batches()
    }
    const { epoch, step, problem } = (await train({ validation, epochs: 3 }))!
    expect({ epoch, step }).toEqual({ epoch: 1, step: 2 })
    expect(problem.message).toContain(
      'gets the number 9 from layer "numbers" (the validation after epoch 1, sample 1 of',
    )
  })

  test('the sample is named', async () => {
    const { arrays } = network(4).batch(0)
    const pixels = Array.from({ length: BATCH_SIZE }, (_, row) => arrays[X]![row * 6 + 1]!)
    const largest = Math.max(...pixels)
    const { train } = await opened((4.01 * 255) / largest, 0)
    const sample = pixels.indexOf(largest) + 1
    expect(sample).toBeGreaterThan(1)
    expect((await train())!.problem.message).toContain(`(epoch 1, step 1, sample ${sample} of the batch)`)
  })

  test('fractions are cut off, also of numbers between -1 and 0', async () => {
    const [ends, whole] = [await opened(0, 3.99), await opened(0, 3)]
    expect((await ends.tested()).values.loss).toBe((await whole.tested()).values.loss)
    const [negative, zero] = [await opened(0, -0.99), await opened(0, 0)]
    expect((await negative.tested()).values.loss).toBe((await zero.tested()).values.loss)
    const trained = await negative.runner.run('train', network(4).batch(0), { learning_rate: 0.1, iterations: 0 })
    expect(trained.loss![0]).toBeGreaterThan(0)
  })
})

test('a model lists the lookups of numbers that it computes', () => {
  const lookups = (layers: readonly unknown[]) => buildModel(resolveModel(layers), { x: [4] }, 0).lookups
  const embedding = { type: 'Embedding', name: 'e', input_dim: 4, output_dim: 2 }
  expect(lookups(['Flatten', embedding])).toEqual([])
  expect(lookups([{ type: 'Dense', name: 'numbers', units: 2 }, embedding])).toEqual(LOOKUPS)
})
