/** Models in the JSON of Keras 1.2.2 get the names of Keras 3. */
import { expect, test } from 'vitest'
import { parseSpec } from '../../src/spec/parse.js'
import type { SupervisedSpec } from '../../src/spec/spec.js'
import { importFixture } from '../support/imported.js'

const layersOf = async (file: string) => {
  const { text, weights } = await importFixture(file)
  expect(weights).toBeNull()
  const { spec, issues } = parseSpec(text, { source: 'spec.json' })
  expect(issues).toEqual([])
  return (spec as SupervisedSpec).model.layers
}

test('a stack', async () => {
  expect(await layersOf('keras1/stack.json')).toMatchObject([
    { type: 'Input', shape: [8, 8, 2] },
    {
      type: 'Conv2D',
      filters: 4,
      kernel_size: [3, 3],
      padding: 'same',
      kernel_initializer: { type: 'he_normal' },
      kernel_regularizer: { type: 'L1L2', l2: 0.01 },
    },
    { type: 'BatchNormalization', axis: -1 },
    { type: 'MaxPooling2D', pool_size: [2, 2] },
    { type: 'ZeroPadding2D' },
    { type: 'Conv2D', filters: 3, dilation_rate: [2, 2] },
    { type: 'LeakyReLU', negative_slope: 0.1 },
    { type: 'SpatialDropout2D', rate: 0.1 },
    { type: 'Flatten' },
    { type: 'Dense', units: 5, kernel_initializer: { type: 'random_uniform' }, bias_constraint: { type: 'NonNeg' } },
    { type: 'PReLU' },
    { type: 'ReLU', threshold: 0.2 },
    { type: 'GaussianNoise', stddev: 0.1 },
    { type: 'Dropout', rate: 0.5 },
    { type: 'Dense', units: 3 },
    { type: 'Activation', activation: 'softmax' },
  ])
})

test('a graph of recurrent layers, with layers that were merged and shared', async () => {
  expect(await layersOf('keras1/graph.json')).toMatchObject([
    { type: 'Input', name: 'words', shape: [7] },
    { type: 'Input', name: 'series', shape: [7, 5] },
    { type: 'Embedding', input_dim: 11, output_dim: 4, embeddings_initializer: { type: 'random_normal' } },
    {
      type: 'LSTM',
      units: 3,
      recurrent_activation: 'sigmoid',
      dropout: 0.1,
      recurrent_dropout: 0.2,
      recurrent_initializer: { type: 'orthogonal', gain: 1.1 },
    },
    { type: 'GRU', units: 3, reset_after: false, recurrent_activation: 'hard_sigmoid' },
    { type: 'Concatenate', axis: -1, inputs: ['lstm_1', 'gru_1'] },
    { type: 'Bidirectional', merge_mode: 'sum', layer: { type: 'SimpleRNN', units: 2 } },
    { type: 'TimeDistributed', layer: { type: 'Dense', units: 3 } },
    { type: 'MaxPooling1D', pool_size: [2], strides: [1] },
    { type: 'Conv1D', filters: 4, kernel_size: [2] },
    { type: 'UpSampling1D', size: 2 },
    { type: 'GlobalMaxPooling1D' },
    { type: 'GlobalAveragePooling1D' },
    { type: 'Dense', name: 'd', kernel_constraint: { type: 'MaxNorm', max_value: 2 } },
    { type: 'Shared', layer: 'd' },
    { type: 'Add', inputs: ['d', 'd_1'] },
    { type: 'Dense', name: 'yes', activation: 'sigmoid' },
    { type: 'RepeatVector', n: 2, inputs: 'merge_2' },
  ])
})
