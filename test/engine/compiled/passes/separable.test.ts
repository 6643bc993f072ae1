import { describe, expect, test } from 'vitest'
import type { Shape } from '../../../../src/base/shape.js'
import { sumsOfSoftplus } from '../../../../src/engine/compiled/onnx/sum-of-softplus.js'
import { isSeparable } from '../../../../src/engine/compiled/passes/separable.js'
import { simplifiedGraph } from '../../../../src/engine/compiled/passes/simplified.js'
import { splitUpdate } from '../../../../src/engine/compiled/passes/split-update.js'
import type { Program } from '../../../../src/program/program.js'
import { expectClose } from '../../../support/close.js'
import { givenTo, interpret, type Numbers } from '../../../support/graph.js'
import { BATCH_SIZE, type Network, smallNetwork } from '../../../support/network.js'
import { allMetrics, rowLossTypes } from '../../../support/spec.js'

const HALF = BATCH_SIZE / 2

const step = async (program: Program, size: number) => splitUpdate(sumsOfSoftplus(await simplifiedGraph(program, size)))

/** The results of two parts of a batch, joined as in an engine, equal those of the whole batch. */
async function expectPartsToAgree(network: Network, program: Program): Promise<void> {
  const [whole, half] = [await step(program, BATCH_SIZE), await step(program, HALF)]
  expect([whole, half].map(({ graph }, index) => isSeparable(graph, index === 0 ? BATCH_SIZE : HALF))).toEqual([
    true,
    true,
  ])
  const given = givenTo(whole.graph, network)
  const ofSamples = new Set(
    program.inputs.flatMap((input) => (input.kind !== 'scalar' && input.shape[0] === null ? [input.name] : [])),
  )
  const part = (index: number) =>
    Object.fromEntries(
      Object.entries(given).map(([name, values]): [string, Numbers] => {
        const width = values.length / 2
        return [name, ofSamples.has(name) ? values.slice(index * width, (index + 1) * width) : values]
      }),
    )
  const expected = Object.entries(await interpret(whole.graph, given))
  const [first, second] = [await interpret(half.graph, part(0)), await interpret(half.graph, part(1))].map(
    Object.values,
  )
  for (const [index, [name, values]] of expected.entries()) {
    const share = name.startsWith('update:') ? 0.5 : 1
    const found = first![index].map((value: number, at: number) => share * (value + second![index][at]))
    expectClose(found, values, name, { relative: 1e-4, absolute: 1e-6 })
  }
}

/** Losses that use the whole batch: to see whether labels are 0 and 1 or -1 and 1, or to divide by a sum. */
const LOOKS_ACROSS: readonly string[] = ['hinge', 'squared_hinge', 'dice', 'tversky', 'circle']

const typeOf = (metric: string | { readonly type: string }) => (typeof metric === 'string' ? metric : metric.type)

const flat = ['Flatten', { type: 'Dense', units: 3, activation: 'softmax' }]
const SEPARABLE: Record<string, [Shape, readonly unknown[]]> = {
  dense: [
    [6],
    [
      { type: 'Dense', units: 5, activation: 'tanh' },
      { type: 'Dropout', rate: 0.5 },
    ],
  ],
  'activations along an axis': [
    [4, 3],
    [{ type: 'Softmax', axis: 1 }, 'Softmax', { type: 'LayerNormalization' }],
  ],
  'convolutions and pools': [
    [8, 8, 1],
    [
      { type: 'Conv2D', filters: 3, kernel_size: 3, padding: 'same', activation: 'relu' },
      'MaxPooling2D',
      { type: 'DepthwiseConv2D', kernel_size: 2 },
      { type: 'AveragePooling2D', pool_size: 3 },
    ],
  ],
  'convolutions step by step': [
    [6, 2],
    [
      { type: 'Conv1D', filters: 3, kernel_size: 3 },
      { type: 'SeparableConv1D', filters: 2, kernel_size: 2 },
    ],
  ],
  'an image made larger': [
    [4, 4, 2],
    [
      { type: 'Conv2DTranspose', filters: 2, kernel_size: 3, strides: 2 },
      'ZeroPadding2D',
      'Cropping2D',
      'UpSampling2D',
    ],
  ],
  LSTM: [
    [5, 3],
    [
      { type: 'LSTM', units: 4, return_sequences: true, recurrent_dropout: 0.2 },
      { type: 'LSTM', units: 3 },
    ],
  ],
  GRU: [[5, 3], [{ type: 'Bidirectional', layer: { type: 'GRU', units: 3, return_sequences: true } }]],
  'masked steps': [
    [5, 3],
    [{ type: 'Masking' }, { type: 'SimpleRNN', units: 3 }],
  ],
  'a layer for each step': [[5, 3], [{ type: 'TimeDistributed', layer: { type: 'Dense', units: 2 } }]],
  'groups and channels': [
    [4, 4],
    [{ type: 'GroupNormalization', groups: 2 }, { type: 'SpatialDropout1D', rate: 0.5 }, 'UnitNormalization'],
  ],
  'axes moved about': [
    [4, 3],
    [
      { type: 'Permute', dims: [2, 1] },
      { type: 'Reshape', target_shape: [2, 6] },
    ],
  ],
  attention: [[4, 6], [{ type: 'MultiHeadAttention', num_heads: 2, key_dim: 3 }]],
  'a row repeated': [
    [6],
    [
      { type: 'RepeatVector', n: 3 },
      { type: 'GaussianNoise', stddev: 0.1 },
    ],
  ],
}

describe('a step that may run on parts of a batch', () => {
  test.each(Object.entries(SEPARABLE))('%s', async (_, [shape, layers]) => {
    const network = smallNetwork({ layers: [...layers, ...flat], loss: 'sparse_categorical_crossentropy' }, shape)
    await expectPartsToAgree(network, network.programs.train)
  })

  test.each(rowLossTypes.filter((loss) => !LOOKS_ACROSS.includes(loss)))('loss %s', async (loss) => {
    const network = smallNetwork({ layers: [{ type: 'Dense', units: 3, activation: 'sigmoid' }], loss })
    await expectPartsToAgree(network, network.programs.train)
  })

  test('loss ctc', async () => {
    const network = smallNetwork({ layers: [{ type: 'Dense', units: 3 }], loss: 'ctc' }, [4, 3])
    await expectPartsToAgree(network, network.programs.train)
  })

  test.each(allMetrics.filter((metric) => !LOOKS_ACROSS.includes(typeOf(metric))))('metric %j', async (metric) => {
    const layers = [{ type: 'Dense', units: 3, activation: 'softmax' }]
    const network = smallNetwork({ layers, loss: 'sparse_categorical_crossentropy', metrics: [metric] })
    await expectPartsToAgree(network, network.programs.evaluate)
  })
})

describe('a step that may not run on parts', () => {
  const networks: Record<string, readonly unknown[]> = {
    'normalizes over the batch': ['BatchNormalization'],
    'adds to the loss what weights add to its mean': [{ type: 'Dense', units: 3, kernel_regularizer: 'l2' }],
  }
  test.each(Object.entries(networks))('%s', async (_, layers) => {
    const { programs } = smallNetwork({ layers: [...layers, ...flat], loss: 'mse' })
    expect(isSeparable((await step(programs.train, BATCH_SIZE)).graph, BATCH_SIZE)).toBe(false)
  })

  test('limits its gradient by the norm of all gradients', async () => {
    const optimizer = { type: 'SGD', global_clipnorm: 1 }
    const { programs } = smallNetwork({ layers: flat, loss: 'mse', optimizer })
    expect(isSeparable((await step(programs.train, BATCH_SIZE)).graph, BATCH_SIZE)).toBe(false)
  })

  test('divides by the number of unmasked elements, which differs between parts', async () => {
    const layers = ['Masking', { type: 'Dense', units: 3, activation: 'softmax' }]
    const { programs } = smallNetwork({ layers, loss: 'sparse_categorical_crossentropy' })
    expect(isSeparable((await step(programs.train, BATCH_SIZE)).graph, BATCH_SIZE)).toBe(false)
  })

  test.each(LOOKS_ACROSS)('has loss %s', async (loss) => {
    const { programs } = smallNetwork({ layers: flat, loss })
    expect(isSeparable((await step(programs.train, BATCH_SIZE)).graph, BATCH_SIZE)).toBe(false)
  })

  test('has a result for each sample', async () => {
    const { programs } = smallNetwork({ layers: flat, loss: 'mse' })
    expect(isSeparable((await step(programs.inspect, BATCH_SIZE)).graph, BATCH_SIZE)).toBe(false)
  })
})
