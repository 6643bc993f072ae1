/** Weights without a gradient, and models without trained weights. */
import { describe, expect, test } from 'vitest'
import { inputShapes } from '../../src/base/form.js'
import { buildModel, learns } from '../../src/model/model.js'
import { modelWarnings } from '../../src/model/warnings.js'
import { stepPlan } from '../../src/program/descent.js'
import { supervisedPrograms } from '../../src/program/supervised.js'
import { outputsOf } from '../../src/spec/outputs.js'
import { runEnd, runStep } from '../../src/training/step.js'
import { expectClose, expectSameBits, expectSameState } from '../support/close.js'
import { arraysOf, formOf, formOfData } from '../support/data.js'
import { engineNames, fastest, loadRunner, toleranceOn } from '../support/engines.js'
import { kerasFixture } from '../support/keras.js'
import { BATCH_SIZE, smallNetwork } from '../support/network.js'
import { optimizerTypes, resolveData, resolveSpec } from '../support/spec.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

const { input_shape, inputs, targets, initial, cases } = kerasFixture('unreached')
const [size, features] = input_shape
const form = formOf({ shape: [features], classes: 3 })

describe.each(engineNames)('engine %s', (engine) => {
  const closely = toleranceOn(engine, { relative: 2e-5, absolute: 2e-6 })

  test.each(cases)('with $name a run goes as in Keras', async ({ layers, optimizer, losses, final, warned }) => {
    const spec = resolveSpec({ layers, optimizer, loss: 'sparse_categorical_crossentropy' })
    const model = buildModel(spec.model, { x: [features] }, 0)
    const programs = supervisedPrograms({ ...spec, classWeight: null, model, form, outputs: outputsOf(spec) })
    const runner = await loadRunner(engine, { ...programs }, { batchSize: size })
    const start = Object.fromEntries(Object.entries(initial).map(([name, its]) => [name, Float32Array.from(its)]))
    await runner.write(start)
    const training = { runner, plan: stepPlan(spec.optimizer) }
    for (const [iterations, expected] of losses.entries()) {
      const at = iterations % inputs.length
      const batch = { size, arrays: arraysOf(Float32Array.from(inputs[at]!), Int32Array.from(targets[at]!)) }
      const learning_rate = optimizer.learning_rate as number
      const outputs = await runStep(training, batch, { learning_rate, iterations })
      expectClose([outputs.loss![0]! / size], [expected], `loss before step ${iterations}`, closely)
    }
    await runEnd(training)
    const state = await runner.read()
    for (const [name, values] of Object.entries(final)) expectClose(state[name]!, values, name, closely)
    expect(model.weights.filter((weight) => !learns(weight)).map(({ name }) => name)).toEqual(warned)
    for (const name of warned) expectSameBits(state[name]!, start[name]!, name) // Keras' mean of one value rounds
  })

  test.each(['SGD', 'Adam', 'Nadam'] as const)('%s: a step of a model without a trained weight', async (type) => {
    const network = smallNetwork({
      layers: [
        { type: 'BatchNormalization', trainable: false },
        { type: 'Dense', units: 3, activation: 'softmax', trainable: false },
      ],
      loss: 'sparse_categorical_crossentropy',
      optimizer: {
        ...{ type, weight_decay: 0.1, global_clipnorm: 1, gradient_accumulation_steps: 2 },
        ...{ use_ema: true, ema_overwrite_frequency: 1 },
      },
    })
    const runner = await loadRunner(engine, { ...network.programs }, { batchSize: BATCH_SIZE })
    const weights = async () => {
      const state = Object.entries(await runner.read())
      return Object.fromEntries(state.filter(([name]) => !name.startsWith('optimizer/')))
    }
    const before = await weights()
    for (let iterations = 0; iterations < 4; iterations++) {
      const [trained, evaluated] = [
        (await runner.run('train', network.batch(iterations), { learning_rate: 1, iterations })).loss![0]!,
        (await runner.run('evaluate', network.batch(iterations), {})).loss![0]!,
      ]
      expect(trained).toBe(evaluated)
    }
    expectSameState(await weights(), before)
  })
})

test('every optimizer has a step without a trained weight', () => {
  for (const type of optimizerTypes) {
    const layers = [{ type: 'Dense', units: 3, activation: 'softmax', trainable: false }]
    const { programs } = smallNetwork({
      layers,
      loss: 'sparse_categorical_crossentropy',
      optimizer: { type, use_ema: true, gradient_accumulation_steps: 2 },
    })
    expect(Object.keys(programs)).toEqual(['train', 'evaluate', 'inspect'])
    expect(programs.train.state.filter(({ role }) => role === 'optimizer').length).toBeLessThan(2)
  }
})

const digits = formOfData(resolveData('digits'))
const learning = (layers: readonly unknown[]) => {
  const spec = resolveSpec({ layers, data: 'digits', loss: 'mse' })
  return buildModel(spec.model, inputShapes(digits), 0, outputsOf(spec))
    .weights.filter(learns)
    .map(({ name }) => name)
}
const dense = (rest: object = {}) => ({ type: 'Dense', name: 'dense', units: 4, ...rest })
const tail = ['Flatten', { type: 'Dense', name: 'output', units: 1 }]
const OUTPUT = ['output/kernel', 'output/bias']

test('a warning names the weights without a gradient, or says that nothing is trained', () => {
  const warned = (layers: readonly unknown[]) => {
    const spec = resolveSpec({ layers, data: 'digits', loss: 'mse' })
    return modelWarnings(spec, digits, outputsOf(spec)).map(({ code, pointer, message }) => ({
      code,
      pointer,
      message,
    }))
  }
  const position = { type: 'PositionEmbedding', sequence_length: 8 }
  const still = (units: number) => ({ type: 'Dense', units, trainable: false })
  expect(warned([dense(), position, ...tail])).toEqual([
    {
      code: 'no-gradient',
      pointer: '/model/layers/0',
      message: 'no gradient of the loss reaches dense/kernel and dense/bias: they stay as they are',
    },
  ])
  expect(warned(['Masking', dense({ use_bias: false }), position, ...tail])[0]).toMatchObject({
    pointer: '/model/layers/1',
    message: 'no gradient of the loss reaches dense/kernel: it stays as it is',
  })
  const nothing = (layers: readonly unknown[], why: string) =>
    expect(warned(layers)).toEqual([
      {
        code: 'nothing-trained',
        pointer: '/model',
        message: `nothing is trained, so each epoch only evaluates: ${why}`,
      },
    ])
  nothing([still(3), 'Flatten', still(1)], 'no layer is trainable')
  nothing(['Flatten', { type: 'Reshape', target_shape: [8, 8] }], 'the model has no weights')
  const reach = 'no gradient of the loss reaches dense/kernel and dense/bias'
  nothing([dense(), { ...position, trainable: false }, 'Flatten', still(1)], reach)
  expect(warned([dense({ kernel_regularizer: 'L2' }), position, ...tail])[0]!.message).toContain('dense/bias:')
  expect(warned([dense({ activity_regularizer: 'L2' }), position, ...tail])).toEqual([])
})

const UNTIED = { type: 'ReversibleEmbedding', name: 'e', input_dim: 9, output_dim: 4, tie_weights: false }

describe('weights that a gradient reaches', () => {
  test('a kernel of its own for the other way', () => {
    const reversed = { ...UNTIED, reverse: true }
    const before = ['dense/kernel', 'dense/bias']
    expect(learning([dense(), reversed, ...tail])).toEqual([...before, 'e/reverse_embeddings', ...OUTPUT])
    const decayed = { ...reversed, embeddings_regularizer: 'L2' }
    const both = ['e/embeddings', 'e/reverse_embeddings']
    expect(learning([dense(), decayed, ...tail])).toEqual([...before, ...both, ...OUTPUT])
    const again = { type: 'Shared', layer: 'e', reverse: true }
    expect(learning([UNTIED, 'Flatten', { type: 'Reshape', target_shape: [64, 4] }, again, ...tail])).toEqual([
      ...both,
      ...OUTPUT,
    ])
  })

  test.each<[string, unknown, string[]]>([
    ['PositionEmbedding', { type: 'PositionEmbedding', name: 'p', sequence_length: 9 }, ['p/embeddings']],
    ['Embedding', { type: 'Embedding', name: 'e', input_dim: 9, output_dim: 2 }, ['e/embeddings']],
    [
      'TimeDistributed',
      { type: 'TimeDistributed', name: 't', layer: { type: 'Embedding', name: 'e', input_dim: 9, output_dim: 2 } },
      ['t/e/embeddings'],
    ],
    ['an untied ReversibleEmbedding', { ...UNTIED, output_dim: 2 }, ['e/embeddings']],
    [
      'TimeDistributed of one',
      { type: 'TimeDistributed', name: 't', layer: { ...UNTIED, output_dim: 2 } },
      ['t/e/embeddings'],
    ],
  ])('none before %s', (_, layer, own) => {
    expect(learning([dense(), layer, ...tail])).toEqual([...own, ...OUTPUT])
    expect(learning([dense({ kernel_regularizer: 'L2' }), layer, ...tail])).toContain('dense/kernel')
    expect(learning([dense({ bias_regularizer: 'L2' }), layer, ...tail])).not.toContain('dense/kernel')
    expect(learning([dense({ activity_regularizer: 'L2' }), layer, ...tail])).toContain('dense/bias')
    expect(learning([dense(), { type: 'ActivityRegularization', l2: 0.1 }, layer, ...tail])).toContain('dense/bias')
    expect(learning([dense(), 'ActivityRegularization', layer, ...tail])).not.toContain('dense/bias')
  })

  const position = { type: 'PositionEmbedding', name: 'p', sequence_length: 8 }
  const heads = (rest: object) => ({ type: 'MultiHeadAttention', name: 'm', num_heads: 2, key_dim: 3, ...rest })
  const parts = ['query', 'key', 'value', 'attention_output'].flatMap((one) => [`${one}/kernel`, `${one}/bias`])
  const both = (rest: object) => {
    const layer = { type: 'GRU', name: 'g', units: 3, return_sequences: true, ...rest }
    return { type: 'Bidirectional', name: 'b', layer }
  }
  const within = (layer: object) => [
    { type: 'Reshape', target_shape: [2, 4, 8] },
    { type: 'TimeDistributed', name: 't', layer },
    { type: 'Reshape', target_shape: [8, 8] },
  ]
  const ways = ['forward_g', 'backward_g'].flatMap((way) =>
    ['kernel', 'recurrent_kernel', 'bias'].map((own) => `b/${way}/${own}`),
  )
  const regularized = { activity_regularizer: { type: 'L2', l2: 1 } }

  test.each<[string, (rest: object) => unknown[], string[]]>([
    ['a MultiHeadAttention', (rest) => [heads(rest)], parts.map((own) => `m/${own}`)],
    ['one within TimeDistributed', (rest) => within(heads(rest)), parts.map((own) => `t/m/${own}`)],
    ['the layer of a Bidirectional', (rest) => [both(rest)], ways],
  ])('%s that adds to the loss within itself', async (_, layers, own) => {
    const rest = ['p/embeddings', ...OUTPUT]
    expect(learning([...layers({}), position, ...tail])).toEqual(rest)
    expect(learning([...layers(regularized), position, ...tail])).toEqual([...own, ...rest])
  })

  test('a weight of such a layer that no part of the loss depends on has a gradient of 0', async () => {
    const layers = [...within(heads(regularized)), position, ...tail]
    const spec = resolveSpec({ layers, data: 'digits', loss: 'mse', optimizer: { type: 'SGD', learning_rate: 0.1 } })
    const outputs = outputsOf(spec)
    const model = buildModel(spec.model, inputShapes(digits), 0, outputs)
    const programs = supervisedPrograms({ ...spec, classWeight: null, model, form: digits, outputs })
    const runner = await loadRunner(fastest, { ...programs }, { batchSize: 2 })
    const before = await runner.read()
    const arrays = arraysOf(
      Uint8Array.from({ length: 128 }, (_, index) => index % 17),
      Int32Array.of(1, 2),
    )
    await runner.run('train', { size: 2, arrays }, { learning_rate: 0.1, iterations: 0 })
    const after = await runner.read()
    const isSame = ([name, values]: [string, Float32Array]) => values.every((value, at) => value === before[name]![at])
    const same = Object.entries(after).filter(isSame)
    expect(same.map(([name]) => name)).toEqual(['t/m/attention_output/kernel', 't/m/attention_output/bias'])
  })

  test('a mask, a comparison and a layer that is not trained let it through', () => {
    for (const layer of ['Masking', 'UnitNormalization', dense({ name: 'still', trainable: false })]) {
      expect(learning([dense(), layer, ...tail])).toContain('dense/kernel')
    }
  })

  test('of a layer in two places, one path is enough', () => {
    const layers = [
      { type: 'Input', name: 'x', shape: [8, 8] },
      dense({ inputs: 'x' }),
      { type: 'PositionEmbedding', name: 'p', sequence_length: 8, inputs: 'dense' },
      { type: 'Shared', name: 'again', layer: 'dense', inputs: 'x' },
      { type: 'Add', name: 'sum', inputs: ['p', 'again'] },
      { type: 'Flatten', name: 'flat', inputs: 'sum' },
      { type: 'Dense', name: 'output', units: 1, inputs: 'flat' },
    ]
    const of = (model: object) => {
      const spec = resolveSpec({ layers: [], data: 'digits', loss: 'mse', model })
      const { weights } = buildModel(spec.model, inputShapes(digits), 0, outputsOf(spec))
      return weights.filter(learns).map(({ name }) => name)
    }
    expect(of({ type: 'Functional', layers })).toContain('dense/kernel')
    const alone = layers.toSpliced(3, 2).with(3, { type: 'Flatten', name: 'flat', inputs: 'p' })
    expect(of({ type: 'Functional', layers: alone })).toEqual(['p/embeddings', ...OUTPUT])
  })
})
