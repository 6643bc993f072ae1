/** RBMs as layers of a network, which gives the results of the stacked RBMs. */
import * as tf from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import { buildModel } from '../../../src/model/model.js'
import { denseWeights } from '../../../src/model/rbm/dense.js'
import { buildRbm } from '../../../src/model/rbm/rbm.js'
import { type StackedSpec, specSchema } from '../../../src/spec/spec.js'
import { rbmStages, unrolled } from '../../../src/spec/stages.js'
import { expectClose } from '../../support/close.js'
import { randomNumbers } from '../../support/rbm.js'
import { expectNoTensorLeaks } from '../../support/tensors.js'

expectNoTensorLeaks()

const VISIBLE = 7
const stackOf = (first: object, last: object, fineTune: string): StackedSpec => {
  const rbms = [{ hidden_units: 5, ...first }, { hidden_units: 4 }, { hidden_units: 3, ...last }]
  const spec = { name: 'test', data: 'mnist', loss: 'mse', model: { type: 'DBN', rbms, fine_tune: fineTune } }
  return specSchema.parse(spec) as StackedSpec
}

/** Like trained ones: no weight is 0. */
function weightsOf(spec: StackedSpec) {
  const random = randomNumbers(3)
  let units = VISIBLE
  return rbmStages(spec).map(({ model, seed }) => {
    const rbm = buildRbm(model, units, seed, () => [])
    units = model.hidden_units
    const values = rbm.weights.map(({ name, shape }) => {
      const length = shape.reduce((product, size) => product * size, 1)
      return [name, Float32Array.from({ length }, () => random.normal())] as const
    })
    return { rbm, values: Object.fromEntries(values) }
  })
}

const tensorsOf = (
  weights: readonly { name: string; shape: readonly number[] }[],
  values: Record<string, Float32Array>,
) => Object.fromEntries(weights.map(({ name, shape }) => [name, tf.tensor(values[name]!, [...shape])]))

test.each([
  ['Bernoulli units', {}, {}],
  ['Gaussian visible units', { visible: 'gaussian' }, {}],
  [
    'a variance that is learned, and rectified units on top',
    { visible: { type: 'gaussian', variance: 'learned' } },
    { hidden: 'nrelu' },
  ],
])('%s', async (_, first, last) => {
  const spec = stackOf(first, last, 'autoencoder')
  const { network, ...names } = unrolled(spec, { visibleUnits: VISIBLE, classes: 10 })
  const model = buildModel(network, { x: [VISIBLE] }, 0)
  const rbms = weightsOf(spec)
  const found = tf.tidy(() => {
    const x = tf.tensor2d(
      [...Array(2 * VISIBLE).keys()].map((at) => Math.sin(at)),
      [2, VISIBLE],
    )
    const states = rbms.map(({ rbm, values }) => tensorsOf(rbm.weights, values))
    const up = rbms.reduce((v, { rbm }, index) => rbm.hiddenGiven(v, states[index]!).mean, x)
    const down = rbms.reduceRight((h, { rbm }, index) => rbm.visibleGiven(h, states[index]!).mean, up)
    const weights = tensorsOf(
      model.weights,
      denseWeights(
        rbms.map(({ values }) => values),
        names,
      ),
    )
    const layers: Record<string, Float32Array> = {}
    const { output } = model.apply({ x }, weights, {
      visit: (layer, value) => {
        layers[layer] = value.dataSync() as Float32Array
      },
    })
    return { up: up.dataSync(), down: down.dataSync(), code: layers.rbm_3!, output: output.dataSync() }
  })
  expectClose([...found.code], [...found.up], 'the code', { relative: 1e-5, absolute: 1e-6 })
  expectClose([...found.output], [...found.down], 'the output', { relative: 1e-5, absolute: 1e-6 })
})

test('a classifier has an output for each class, or for each group of them', () => {
  const sizes = { visibleUnits: VISIBLE, classes: 10 }
  const spec = stackOf({}, {}, 'classifier')
  expect(unrolled(spec, sizes)).toMatchObject({ forward: ['rbm_1', 'rbm_2', 'rbm_3'], backward: [] })
  expect(unrolled(spec, sizes).network.layers.at(-1)).toMatchObject({
    name: 'classes',
    units: 10,
    activation: 'softmax',
  })
  const grouped = {
    ...spec,
    target: {
      type: 'grouped_label' as const,
      groups: [
        [0, 1],
        [2, 3, 4, 5, 6, 7, 8, 9],
      ],
    },
  }
  expect(unrolled(grouped, sizes).network.layers.at(-1)).toMatchObject({ units: 2 })
})
