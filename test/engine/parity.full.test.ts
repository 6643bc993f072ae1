/** Every engine gives the results of the reference engine, and can continue the run of another one. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Shape } from '../../src/base/shape.js'
import { batches } from '../../src/data/dataset.js'
import { loadData } from '../../src/data/registry.js'
import type { Batch, Outputs, StateValues } from '../../src/engine/engine.js'
import { ACTIVATION_FUNCTIONS } from '../../src/model/activations.js'
import { metricFor } from '../../src/model/metrics/registry.js'
import { targetForm } from '../../src/model/targets.js'
import { stepPlan } from '../../src/program/descent.js'
import { soleSpec } from '../../src/run/stages.js'
import type { LossSpec } from '../../src/spec/spec.js'
import { runStep } from '../../src/training/step.js'
import { expectClose, largestMagnitude } from '../support/close.js'
import {
  COMPUTES_IN_SHADERS,
  engineNames,
  loadRunner,
  REFERENCE,
  type RealEngine,
  toleranceOn,
} from '../support/engines.js'
import { kerasFixture } from '../support/keras.js'
import { BATCH_SIZE, type Network, programsOf, smallNetwork } from '../support/network.js'
import { readText } from '../support/read-spec.js'
import { allMetrics, lossTypes, optimizerTypes, resolveMetric } from '../support/spec.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

const STEPS = 50
const native = engineNames.filter((name) => !COMPUTES_IN_SHADERS[name])
const others = native.filter((name) => name !== REFERENCE)
const inShaders = engineNames.filter((name) => COMPUTES_IN_SHADERS[name])

/** The results of a training to compare: the sums of each step and of an evaluation, and the whole state. */
interface Trained {
  readonly sums: Readonly<Record<string, number[]>>
  readonly state: StateValues
}

/** Trains from some step on, with all state taken over if it is given. */
async function trained(
  engine: RealEngine,
  { spec, programs, batch }: Network,
  steps: number,
  { from = 0, state = {} }: { from?: number; state?: StateValues } = {},
): Promise<Trained> {
  const runner = await loadRunner(engine, { ...programs }, { batchSize: BATCH_SIZE, seed: 5 })
  await runner.write(state)
  const sums: Record<string, number[]> = {}
  const add = (outputs: Outputs) => {
    for (const [name, values] of Object.entries(outputs)) sums[name] = [...(sums[name] ?? []), ...values]
  }
  const learning_rate = spec.optimizer.learning_rate as number
  const training = { runner, plan: stepPlan(spec.optimizer) }
  for (let iterations = from; iterations < from + steps; iterations++) {
    add(await runStep(training, batch(iterations), { learning_rate, iterations }))
  }
  add(await runner.run('evaluate', batch(0), {}))
  return { sums, state: await runner.read() }
}

/** `absolute` is a share of the largest weight of a tensor: what a number near 0 may differ by. */
function expectSame(engine: RealEngine, found: Trained, expected: Trained, where: string, absolute = 1e-6): void {
  // WGSL leaves open which of NaN and infinity comes of an overflow
  const told = (sum: number) => (COMPUTES_IN_SHADERS[engine] && !Number.isFinite(sum) ? Number.NaN : sum)
  expect(Object.keys(found.sums)).toEqual(Object.keys(expected.sums))
  for (const [name, values] of Object.entries(expected.sums)) {
    const tolerance = toleranceOn(engine, { relative: 1e-4 })
    expectClose(found.sums[name]!.map(told), values.map(told), `${where}: ${name}`, tolerance)
  }
  expect(Object.keys(found.state)).toEqual(Object.keys(expected.state))
  for (const [name, values] of Object.entries(expected.state)) {
    // an accumulator is 0 after each update
    if (!name.endsWith('/gradient_accumulator'))
      expect(largestMagnitude(values), `${name} has been trained`).toBeGreaterThan(0)
    const tolerance = toleranceOn(engine, { relative: 1e-4, absolute: absolute * largestMagnitude(values) })
    expectClose(found.state[name]!, values, `${where}: ${name}`, tolerance)
  }
}

/** Trains the same network on all engines: losses, metrics, every weight and every slot agree. */
async function expectAgreement(
  network: Network,
  { absolute, steps = STEPS, on = others }: { absolute?: number; steps?: number; on?: readonly RealEngine[] } = {},
): Promise<void> {
  const expected = await trained(REFERENCE, network, steps)
  for (const engine of on) expectSame(engine, await trained(engine, network, steps), expected, engine, absolute)
}

/** An output that suits the loss, for 3 classes, and what the loss is given. */
const OUTPUTS: { readonly [Type in LossSpec['type']]: string | { activation: string; given: object } } = {
  crossentropy: 'softmax',
  categorical_crossentropy: 'softmax',
  sparse_categorical_crossentropy: { activation: 'linear', given: { from_logits: true, ignore_class: 1 } },
  binary_crossentropy: { activation: 'sigmoid', given: { label_smoothing: 0.1 } },
  categorical_focal_crossentropy: { activation: 'softmax', given: { alpha: [0.2, 0.5, 0.3] } },
  binary_focal_crossentropy: { activation: 'sigmoid', given: { apply_class_balancing: true } },
  categorical_generalized_cross_entropy: 'softmax',
  mean_squared_error: 'linear',
  mean_absolute_error: 'linear',
  mean_absolute_percentage_error: 'linear',
  mean_squared_logarithmic_error: 'sigmoid',
  huber: { activation: 'linear', given: { delta: 0.4 } },
  log_cosh: 'linear',
  cosine_similarity: 'tanh',
  hinge: 'tanh',
  squared_hinge: 'tanh',
  categorical_hinge: 'linear',
  kl_divergence: 'softmax',
  poisson: 'softplus',
  dice: { activation: 'sigmoid', given: { axis: 1 } },
  tversky: 'sigmoid',
  circle: { activation: 'tanh', given: { gamma: 2 } },
}

const mlp = (output: string) => [
  { type: 'Dense', units: 10 },
  { type: 'Activation', activation: 'relu' },
  { type: 'Dropout', rate: 0.2 },
  { type: 'Dense', units: 7, activation: 'tanh' },
  { type: 'Dropout', rate: 0.4 },
  { type: 'Dense', units: 3, activation: output },
]

const optimizers = kerasFixture('optimizers').cases

/** Each once, the losses in turn. */
const inTurn = optimizers.map((one, index) => ({ ...one, loss: lossTypes[index % lossTypes.length]! }))

const oneOfEach = optimizerTypes.map((type) => inTurn.find(({ optimizer }) => optimizer.type === type)!)

function forLoss(type: LossSpec['type'], optimizer: unknown, rest: object = {}): Network {
  const chosen = OUTPUTS[type]
  const { activation, given } = typeof chosen === 'string' ? { activation: chosen, given: {} } : chosen
  return smallNetwork({ layers: mlp(activation), loss: { type, ...given }, optimizer, ...rest })
}

/** Few thresholds: an output that rounds otherwise may be on the other side of one. */
const metrics = allMetrics.flatMap((metric): unknown[] => {
  const spec = typeof metric === 'string' ? { type: metric } : metric
  if (!('num_thresholds' in resolveMetric(spec))) return [spec]
  return [{ ...spec, num_thresholds: 20 }]
})
const moreMetrics = [
  { type: 'auc', name: 'by_label', num_thresholds: 7, multi_label: true },
  { type: 'auc', name: 'weighed', thresholds: [0.3, 0.6], label_weights: [1, 2, 0.5] },
  { type: 'precision', name: 'top', top_k: 2, class_id: 1 },
]

/** Every metric that takes the output, three outputs or one, at once. */
function withMetrics(units: number, activation: string, loss: string): Network {
  const layers = [
    { type: 'Dense', units: 5, activation: 'tanh' },
    { type: 'Dense', units, activation },
  ]
  const fitting = [...metrics, ...(units > 1 ? moreMetrics : [])].filter((metric) => {
    const { target } = metricFor(resolveMetric(metric), [units])
    return targetForm(target, [units], { kind: 'labels', classes: 3 }) !== null
  })
  return smallNetwork({ layers, loss, optimizer: 'SGD', metrics: fitting })
}

/** A spec of the project on its digits, `BATCH_SIZE` at a time. */
async function shipped(file: string): Promise<Network> {
  const { spec: given } = readText(readFileSync(new URL(`../../specs/${file}`, import.meta.url), 'utf8'))
  const { info, train } = await loadData({ ...given!.data, dataset: 'mnist-10k' }, 0)
  const spec = soleSpec(given!, info)
  const programs = programsOf(spec, info)
  const taken: Batch[] = []
  for await (const { size, arrays } of batches(train, { batchSize: BATCH_SIZE })) {
    if (taken.push({ size, arrays: { x: arrays.x.slice(), y: arrays.y.slice() } }) === STEPS) break
  }
  return { spec, programs, batch: (step) => taken[step % STEPS]! }
}

/** Windows of the second pool leave a row and a column over. */
function convolved(): Network {
  const layers = [
    { type: 'Conv2D', filters: 4, kernel_size: 3, activation: 'relu' },
    { type: 'MaxPooling2D', pool_size: 2 },
    { type: 'Dropout', rate: 0.25 },
    { type: 'Conv2D', filters: 3, kernel_size: [1, 2], padding: 'same', activation: 'relu' },
    { type: 'MaxPooling2D', pool_size: [2, 3] },
    { type: 'Flatten' },
    { type: 'Dense', units: 3, activation: 'softmax' },
  ]
  const optimizer = { type: 'SGD', learning_rate: 0.05, momentum: 0.5 }
  return smallNetwork({ layers, loss: 'categorical_crossentropy', optimizer }, [12, 10, 2])
}

/** Layers side by side, whose gradients are one value, and metrics that count alike. */
function sideBySide(layer: object, shape: Shape): Network {
  const layers = [
    { type: 'Identity', name: 'x' },
    { ...layer, name: 'a', inputs: 'x' },
    { ...layer, name: 'b', inputs: 'x' },
    { type: 'Add', inputs: ['a', 'b'] },
    'Flatten',
    { type: 'Dense', units: 3, activation: 'softmax' },
  ]
  const metrics = ['precision', 'recall', 'accuracy', { type: 'accuracy', name: 'again' }]
  const rest = { model: { type: 'Functional', layers }, loss: 'categorical_crossentropy', optimizer: 'SGD', metrics }
  return smallNetwork({ layers: [], ...rest }, shape)
}

/** Enough time steps that runtimes do not optimize the graph, and that gradients vanish. */
function manySteps(): Network {
  const layers = [
    { type: 'GRU', units: 3, return_sequences: true },
    { type: 'LSTM', units: 4 },
    { type: 'Dense', units: 3, activation: 'softmax' },
  ]
  return smallNetwork({ layers, loss: 'categorical_crossentropy', optimizer: 'SGD' }, [120, 2])
}

function throughActivation(activation: string): Network {
  const layers = [
    { type: 'Reshape', target_shape: [-1, 2] },
    { type: 'Dense', units: 4, activation },
    { type: 'Dropout', rate: 0.25 },
    { type: 'Reshape', target_shape: [4, 3] },
    { type: 'Activation', activation },
    { type: 'Flatten' },
    { type: 'Dense', units: 3, activation },
  ]
  const optimizer = { type: 'SGD', learning_rate: 0.1, momentum: 0.5 }
  return smallNetwork({ layers, loss: 'mse', optimizer })
}

describe(`after ${STEPS} steps all engines agree`, () => {
  describe.each(optimizerTypes)('by %s', (optimizer) => {
    test.each(['categorical_crossentropy', 'mean_squared_error'] as const)('down the %s', (loss) =>
      expectAgreement(forLoss(loss, optimizer)),
    )
  })

  // Ftrl makes a weight of a sum over all steps, which may end near 0 and yet have the roundings of its parts
  test.each(inTurn)('by $name down the $loss', ({ optimizer, loss }) =>
    expectAgreement(forLoss(loss, optimizer), { absolute: optimizer.type === 'Ftrl' ? 1e-5 : 1e-6 }),
  )

  test.each(lossTypes)('down the %s', (loss) =>
    expectAgreement(forLoss(loss, 'Adam', { metrics: ['acc', 'mse'] }), { absolute: 1e-5 }),
  )

  test('with class weights', () =>
    expectAgreement(forLoss('categorical_crossentropy', 'SGD', { fit: { class_weight: { 0: 3, 2: 0.5 } } })))

  // adaptive steps make as much of a tiny gradient, and of how it was rounded, as of a large one
  test.each(['mnist-mlp.json', 'mnist-10k.json'])('on specs/%s', async (file) =>
    expectAgreement(await shipped(file), { absolute: 1e-5 }),
  )

  test('through convolutions, pools and dropout', () => expectAgreement(convolved()))

  test('through layers that have the same gradients', () =>
    expectAgreement(sideBySide({ type: 'Dense', units: 4 }, [6])))

  test('through convolutions that have the same gradients', () =>
    expectAgreement(sideBySide({ type: 'Conv2D', filters: 2, kernel_size: 3 }, [8, 8, 1])))

  test.each(Object.keys(ACTIVATION_FUNCTIONS))('through activation %s, with Flatten and Reshape', (activation) =>
    expectAgreement(throughActivation(activation)),
  )
})

describe('after 3 steps all engines agree', () => {
  test('on a recurrent network over 120 steps', () => expectAgreement(manySteps(), { steps: 3 }))
})

describe('after 3 steps all engines agree on every metric', () => {
  test.each([
    [3, 'softmax', 'categorical_crossentropy'],
    [3, 'sigmoid', 'binary_crossentropy'],
    [1, 'sigmoid', 'mean_squared_error'],
  ])('of %d outputs of a %s', (units, activation, loss) =>
    expectAgreement(withMetrics(units, activation, loss), {
      steps: 3,
      on: engineNames.filter((name) => name !== REFERENCE),
    }),
  )
})

// a step takes long there without a GPU: fewer of them, and each optimizer once
describe.skipIf(inShaders.length === 0)('after 10 steps engines that compute in shaders agree', () => {
  test.each(oneOfEach)('by $name down the $loss', ({ optimizer, loss }) =>
    expectAgreement(forLoss(loss, optimizer, { metrics: ['acc', 'mse'] }), { steps: 10, on: inShaders }),
  )

  test.each(Object.keys(ACTIVATION_FUNCTIONS))('through activation %s', (activation) =>
    expectAgreement(throughActivation(activation), { steps: 6, on: inShaders }),
  )
})

describe('a run continues on another engine as if it had stayed', () => {
  const [before, after] = [10, 10]

  // from each to the next one, round in a ring
  test.each(optimizers)('by $name', async ({ optimizer }) => {
    const network = forLoss('categorical_crossentropy', optimizer, { metrics: ['acc'] })
    for (const [index, from] of native.entries()) {
      const to = native[(index + 1) % native.length]!
      const { state } = await trained(from, network, before)
      const goOn = (engine: RealEngine) => trained(engine, network, after, { from: before, state })
      expectSame(to, await goOn(to), await goOn(from), `from ${from} to ${to}`)
    }
  })
})
