/** A model that cannot be trained on its data is refused, with the layer and the shapes that led to it. */
import { expect, test } from 'vitest'
import type { Field } from '../../src/base/field.js'
import type { DataForm } from '../../src/base/form.js'
import type { Shape } from '../../src/base/shape.js'
import { checkModel } from '../../src/model/check-model.js'
import { outputsOf } from '../../src/spec/outputs.js'
import { formOf, formOfData } from '../support/data.js'
import { resolveData, resolveSpec } from '../support/spec.js'

const mnist = formOfData(resolveData('mnist'))
const check = (layers: readonly unknown[], rest: object = {}, form: DataForm = mnist) => {
  const spec = resolveSpec({ layers, loss: 'categorical_crossentropy', ...rest })
  return checkModel(spec, form, outputsOf(spec))
}

const softmax10 = { type: 'Dense', units: 10, activation: 'softmax' }

test('a model that fits has no issues', () => {
  expect(check(['Flatten', softmax10], { metrics: ['acc', 'mse', 'categorical_accuracy'] })).toEqual([])
  expect(check([softmax10], {}, formOfData(resolveData({ dataset: 'mnist', flatten: true })))).toEqual([])
  expect(check(['Flatten', { type: 'Dense', units: 1 }], { loss: 'mae', metrics: ['mse'] })).toEqual([])
  expect(check(['Flatten', { type: 'Dense', units: 10 }], { loss: 'sparse_categorical_crossentropy' })).toEqual([])
})

test('a layer that cannot take its input is named, with the shapes up to it', () => {
  const layers = [
    { type: 'Reshape', target_shape: [56, -1] },
    { type: 'Dense', units: 3 },
    { type: 'Reshape', target_shape: [5, -1] },
  ]
  expect(check([...layers, softmax10])).toEqual([
    {
      code: 'shape',
      pointer: '/model/layers/2',
      message: 'Reshape "reshape_1" cannot turn (56, 3), 168 elements, into (5, -1)',
      details: [
        'shapes up to this layer:',
        '  data                     (None, 28, 28)',
        '  reshape (Reshape)        (None, 56, 14)',
        '  dense (Dense)            (None, 56, 3)',
      ],
    },
  ])
})

test('an Input of another shape than the data is named', () => {
  const [issue, ...others] = check([{ type: 'Input', shape: [784] }, softmax10])
  expect(others).toEqual([])
  expect(issue).toMatchObject({
    code: 'shape',
    pointer: '/model/layers/0',
    message: 'Input "input" found (784,), but a sample of the data is (28, 28)',
  })
})

test.each([
  [
    { bias_initializer: 'orthogonal' },
    'has a bias of shape (4,), but its initializer orthogonal needs at least 2 axes',
  ],
  [{ bias_initializer: 'identity' }, 'has a bias of shape (4,), but its initializer identity needs 2 axes'],
  [
    { bias_regularizer: 'OrthogonalRegularizer' },
    'has a bias of shape (4,), but its regularizer OrthogonalRegularizer needs 2 axes',
  ],
  [
    { kernel_constraint: { type: 'MaxNorm', axis: [0, 2] } },
    'has a kernel of shape (28, 4), but its constraint MaxNorm is over axis 2, which it does not have',
  ],
  [
    { activity_regularizer: 'OrthogonalRegularizer' },
    'gives (None, 28, 4), but its regularizer OrthogonalRegularizer needs 2 axes',
  ],
])('a weight that cannot be made as is asked for is named: %j', (fields, message) => {
  expect(check([{ type: 'Dense', units: 4, ...fields }, 'Flatten', softmax10])).toMatchObject([
    { code: 'shape', pointer: '/model/layers/0', message: `Dense "dense" ${message}` },
  ])
})

test('an output that does not fit the loss is named, with all shapes', () => {
  expect(check([softmax10])).toEqual([
    {
      code: 'shape',
      pointer: '/model/layers/0',
      message:
        'the model ends in (None, 28, 10), but loss categorical_crossentropy needs (None, 10) for the 10 classes of mnist',
      details: [
        'shapes of the model:',
        '  data                     (None, 28, 28)',
        '  dense (Dense)            (None, 28, 10)',
      ],
    },
  ])
})

test('an output for another number of classes is named', () => {
  const layers = ['Flatten', { type: 'Dense', units: 7 }]
  const messages = (rest: object) => check(layers, rest).map(({ pointer, message }) => `${pointer} ${message}`)
  expect(messages({ loss: 'mse' })).toEqual([
    '/model/layers/1 the model ends in (None, 7), but loss mean_squared_error needs (None, 10) or (None, 1) for the 10 classes of mnist',
  ])
  expect(messages({ loss: 'sparse_categorical_crossentropy', metrics: ['acc'] })).toEqual([
    '/model/layers/1 the model ends in (None, 7), but loss sparse_categorical_crossentropy needs (None, 10) for the 10 classes of mnist',
  ])
})

test('a metric that does not fit an output which fits the loss is named itself', () => {
  const layers = ['Flatten', { type: 'Dense', units: 1, activation: 'sigmoid' }]
  const [issue] = check(layers, { loss: 'mse', metrics: ['acc', 'categorical_accuracy'] })
  expect(issue).toMatchObject({
    pointer: '/metrics/1',
    message:
      'the model ends in (None, 1), but metric categorical_accuracy needs (None, 10) for the 10 classes of mnist',
  })
})

test('a loss or a metric that cannot use the output gives the reason', () => {
  const layers = ['Flatten', softmax10]
  const messages = (rest: object) => check(layers, rest).map(({ pointer, message }) => `${pointer} ${message}`)
  expect(messages({ loss: { type: 'dice', axis: [1, 2] } })).toEqual([
    '/loss the model ends in (None, 10), but loss dice has axis 2',
  ])
  expect(messages({ loss: { type: 'cosine_similarity', axis: 0 } })).toEqual([
    '/loss the model ends in (None, 10), but loss cosine_similarity has the batch as its axis',
  ])
  expect(messages({ metrics: ['acc', { type: 'Precision', class_id: 10 }] })).toEqual([
    '/metrics/1 the model ends in (None, 10), but metric precision looks at class 10',
  ])
})

test('an embedding may be of any size, but must be a vector', () => {
  const dense = { type: 'Dense', units: 7 }
  expect(check(['Flatten', dense], { loss: 'circle' })).toEqual([])
  expect(check([dense], { loss: 'circle' })).toMatchObject([
    {
      message: 'the model ends in (None, 28, 7), but loss circle needs (None, n) for the 10 classes of mnist',
    },
  ])
})

test('a class weight for no class is named', () => {
  expect(check(['Flatten', softmax10], { fit: { class_weight: { 9: 2, 10: 2 } } })).toEqual([
    {
      code: 'range',
      pointer: '/fit/class_weight/10',
      message: 'found class 10, but mnist has 10 classes, numbered from 0',
    },
  ])
})

test('a model too large for one memory is refused before it is built', () => {
  const wide = { type: 'Dense', units: 200_000 }
  expect(check(['Flatten', wide, wide, softmax10])).toEqual([
    {
      code: 'size',
      pointer: '/model/layers/2',
      message: 'Dense "dense_1" brings the model to 40,157,200,000 weights, must be at most 200,000,000',
    },
  ])
})

const masked = (...layers: readonly object[]) => [{ type: 'Masking' }, ...layers]
const words = { type: 'Embedding', input_dim: 2, output_dim: 3, mask_zero: true }
const sequence = { type: 'LSTM', units: 4, return_sequences: true }
const pictures = formOfData(resolveData({ dataset: 'bars-and-stripes', size: 4 }))
const toInput = { loss: 'mse', target: 'input' }

test.each([
  ['LSTM', { type: 'LSTM', units: 2 }],
  ['Bidirectional', { type: 'Bidirectional', layer: { type: 'GRU', units: 2 } }],
  ['GlobalAveragePooling1D', { type: 'GlobalAveragePooling1D' }],
  ['MultiHeadAttention', { type: 'MultiHeadAttention', num_heads: 1, key_dim: 2 }],
])('a mask of more axes than %s can take is named', (type, layer) => {
  const flattened = { type: 'TimeDistributed', layer: { type: 'Flatten' } }
  const [issue, ...others] = check([words, flattened, layer, 'Flatten', { type: 'Dense', units: 2 }], {}, pictures)
  expect(others).toEqual([])
  expect(issue).toMatchObject({ code: 'shape', pointer: '/model/layers/2' })
  expect(issue!.message).toContain(
    `${type} "${issue!.message.split('"')[1]}" needs a mask of shape (None, 4) for its input (None, 4, 12), but a layer before it made one of shape (None, 4, 4); a Reshape between them removes it`,
  )
})

test('a Softmax takes a mask with a flag for each element, as Keras does', () => {
  const ends = { type: 'Reshape', target_shape: [4, 4] }
  const softmax = (units: number) => {
    const ofWords = { type: 'TimeDistributed', layer: { type: 'LSTM', units } }
    return check([words, ofWords, { type: 'Softmax', name: 's' }, { type: 'Dense', units: 4 }, ends], toInput, pictures)
  }
  expect(softmax(4)).toEqual([])
  expect(softmax(3)).toMatchObject([
    {
      pointer: '/model/layers/2',
      message:
        'Softmax "s" needs a mask of shape (None, 4, 3) for its input (None, 4, 3), but a layer before it made one of shape (None, 4, 4); a Reshape between them removes it',
    },
  ])
  const ofSteps = check(masked({ type: 'Dense', units: 4 }, { type: 'Softmax', name: 's' }), toInput, pictures)
  expect(ofSteps).toMatchObject([
    { message: expect.stringContaining('but a layer before it made one of shape (None, 4);') },
  ])
  expect(check(masked({ type: 'Dense', units: 4 }, ends, 'Softmax' as never), toInput, pictures)).toEqual([])
})

test('a mask that does not fit the values of a loss is named', () => {
  const heads = { type: 'MultiHeadAttention', num_heads: 1, key_dim: 2, output_shape: [2, 2] }
  const found = check(masked(sequence, heads), toInput, pictures)
  expect(found).toMatchObject([
    {
      code: 'shape',
      pointer: '/loss',
      message:
        'the model ends in (None, 4, 2, 2), but loss mean_squared_error needs a mask that fits values of shape (None, 4, 2), found one of shape (None, 4); a Reshape layer removes it',
    },
  ])
  expect(check(masked(sequence, heads, { type: 'Reshape', target_shape: [4, 4] }), toInput, pictures)).toEqual([])
  expect(check(masked(sequence), { ...toInput, metrics: ['mae', 'Precision'] }, pictures)).toEqual([])
  expect(check([words, { type: 'Dense', units: 1 }], { ...toInput, metrics: ['mae'] }, pictures)).toEqual([])
})

test('a target of numbers needs an output of as many, and a loss that compares numbers', () => {
  const field: Field = { shape: [], dtype: 'float32', divisor: 1, values: 'real' }
  const numbers = (shape: Shape): DataForm => ({ ...formOf({ shape: [4] }), targets: { price: { ...field, shape } } })
  const messages = (units: number, shape: Shape, rest: object) =>
    check([{ type: 'Dense', units }], rest, numbers(shape)).map(({ message }) => message)
  expect(messages(1, [], { loss: 'mse', metrics: ['mae', 'r2_score', 'acc', 'root_mean_squared_error'] })).toEqual([])
  expect(messages(3, [3], { loss: 'mse', metrics: ['mae', 'r2_score', 'cosine_similarity'] })).toEqual([])
  expect(messages(3, [3], { loss: 'binary_crossentropy', metrics: ['binary_accuracy', 'auc', 'f1_score'] })).toEqual([])
  // one-hot numbers
  expect(messages(3, [3], { loss: 'categorical_crossentropy', metrics: ['acc', 'crossentropy'] })).toEqual([])
  expect(messages(2, [], { loss: 'mse' })).toEqual([
    'the model ends in (None, 2), but loss mean_squared_error needs (None, 1), because the target is a number',
  ])
  expect(messages(1, [3], { loss: 'mse' })).toEqual([
    'the model ends in (None, 1), but loss mean_squared_error needs (None, 3), because the target is 3 numbers',
  ])
  expect(messages(1, [2, 3], { loss: 'mse' })).toEqual([
    'the model ends in (None, 1), but loss mean_squared_error needs (None, 2, 3), because the target is numbers of shape (2, 3)',
  ])
  expect(messages(1, [], { loss: 'categorical_crossentropy' })).toEqual([
    'the model ends in (None, 1), but loss categorical_crossentropy needs a class as the target, not a number',
  ])
  expect(messages(3, [3], { loss: 'mse', metrics: ['sparse_categorical_accuracy'] })).toEqual([
    'the model ends in (None, 3), but metric sparse_categorical_accuracy needs a class as the target, not 3 numbers',
  ])
  expect(messages(1, [], { loss: 'mse', fit: { class_weight: { 0: 2 } } })).toEqual([
    'found weights of classes, but the target is not a class',
  ])
})

test('a target that the data do not have is named, with the nearest', () => {
  expect(check(['Flatten', softmax10], { target: 'lable' })).toEqual([
    {
      code: 'target',
      pointer: '/target',
      message: 'found "lable", which is not a target of mnist; its only target is "y"',
      nearest: 'label',
    },
  ])
})
