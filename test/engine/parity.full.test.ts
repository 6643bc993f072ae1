/** Every engine gives the results of the reference engine, and can continue the run of another one. */
import { describe, test } from 'vitest'
import type { Shape } from '../../src/base/shape.js'
import { ACTIVATION_FUNCTIONS } from '../../src/model/activations.js'
import { metricFor } from '../../src/model/metrics/registry.js'
import { targetForm } from '../../src/model/targets.js'
import { COMPUTES_IN_SHADERS, engineNames, REFERENCE, stepsInShaders } from '../support/engines.js'
import { type Network, smallNetwork } from '../support/network.js'
import { expectAgreement, expectToGoOn, forLoss, inTurn, oneOfEach, STEPS, shipped } from '../support/parity.js'
import { allMetrics, resolveMetric, rowLossTypes } from '../support/spec.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

const inShaders = engineNames.filter((name) => COMPUTES_IN_SHADERS[name])

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
    return targetForm(target, [units], { kind: 'labels', classes: 3, shape: [] }) !== null
  })
  return smallNetwork({ layers, loss, optimizer: 'SGD', metrics: fitting })
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
  // Ftrl makes a weight of a sum over all steps, which may end near 0 and yet have the roundings of its parts
  test.each(inTurn)('by $name down the $loss', ({ optimizer, loss }) =>
    expectAgreement(forLoss(loss, optimizer), { absolute: optimizer.type === 'Ftrl' ? 1e-5 : 1e-6 }),
  )

  test.each(rowLossTypes)('down the %s', (loss) =>
    expectAgreement(forLoss(loss, 'Adam', { metrics: ['acc', 'mse'] }), { absolute: 1e-5 }),
  )

  test('down the ctc of a recurrent network', () => {
    const layers = [
      { type: 'GRU', units: 4, return_sequences: true },
      { type: 'Dense', units: 3 },
    ]
    return expectAgreement(smallNetwork({ layers, loss: 'ctc', optimizer: 'Adam' }, [5, 2]), { absolute: 1e-5 })
  })

  test('with class weights', () =>
    expectAgreement(forLoss('categorical_crossentropy', 'SGD', { fit: { class_weight: { 0: 3, 2: 0.5 } } })))

  test('through convolutions, pools and dropout', () => expectAgreement(convolved()))

  test('through layers that have the same gradients', () =>
    expectAgreement(sideBySide({ type: 'Dense', units: 4 }, [6])))

  test('through convolutions that have the same gradients', () =>
    expectAgreement(sideBySide({ type: 'Conv2D', filters: 2, kernel_size: 3 }, [8, 8, 1])))

  test.each(Object.keys(ACTIVATION_FUNCTIONS))('through activation %s, with Flatten and Reshape', (activation) =>
    expectAgreement(throughActivation(activation)),
  )
})

// adaptive steps make as much of a tiny gradient, and of how it was rounded, as of a large one
describe('after 10 steps all engines agree', () => {
  test.each(['mnist-mlp.json', 'mnist-10k.json'])('on specs/%s', async (file) =>
    expectAgreement(await shipped(file, 10), { steps: 10, absolute: 1e-5 }),
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
describe.skipIf(inShaders.length === 0)('after a few steps engines that compute in shaders agree', () => {
  test.each(oneOfEach)('by $name down the $loss', ({ optimizer, loss }) =>
    expectAgreement(forLoss(loss, optimizer, { metrics: ['acc', 'mse'] }), {
      steps: stepsInShaders(10, 4),
      on: inShaders,
    }),
  )

  test.each(Object.keys(ACTIVATION_FUNCTIONS))('through activation %s', (activation) =>
    expectAgreement(throughActivation(activation), { steps: stepsInShaders(6, 3), on: inShaders }),
  )
})

describe('a run continues on another engine as if it had stayed', () => {
  test.each(oneOfEach)('by $name', ({ optimizer }) => expectToGoOn(optimizer))
})
