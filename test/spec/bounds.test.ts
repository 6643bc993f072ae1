/** Excessive sizes are refused with a message, in a time that grows with the text, for any spec. */
import { expect, test } from 'vitest'
import { simplifiedGraph } from '../../src/engine/compiled/passes/simplified.js'
import { learnerOf, NO_FACTS } from '../../src/run/learner.js'
import type { StageSpec } from '../../src/spec/spec.js'
import { formOfSpec } from '../support/data.js'
import { readText } from '../support/read-spec.js'

const withLayers = (layers: readonly unknown[], rest: object = {}) =>
  JSON.stringify({ data: 'mnist-10k', loss: 'mse', target: 'input', model: { type: 'Sequential', layers }, ...rest })

const messagesOf = (text: string) => readText(text).issues.map(({ message }) => message)

const nested = (times: number, inner: unknown, around: (layer: unknown) => unknown): unknown =>
  times === 0 ? inner : around(nested(times - 1, inner, around))

test.each([1, 20, 25, 40])('%d nested blocks are read', (times) => {
  const layer = nested(times, 'Flatten', (inner) => ({ type: 'Block', layers: [inner] }))
  expect(
    messagesOf(withLayers([layer, { type: 'Dense', units: 784 }, { type: 'Reshape', target_shape: [28, 28] }])),
  ).toEqual([])
})

test('a mistake deep inside is reported at its place', () => {
  const layer = nested(30, { type: 'Dense', units: 0 }, (inner) => ({ type: 'Block', layers: [inner] }))
  const { issues } = readText(withLayers([layer]))
  expect(issues).toEqual([
    expect.objectContaining({
      pointer: `/model/layers/0${'/layers/0'.repeat(30)}/units`,
      message: 'found 0, must be at least 1',
    }),
  ])
})

test.each([25, 60, 90])('%d nested TimeDistributed layers are reported by their shapes', (times) => {
  const layer = nested(times, { type: 'Dense', units: 2 }, (inner) => ({ type: 'TimeDistributed', layer: inner }))
  expect(messagesOf(withLayers([layer]))).toEqual([expect.stringContaining('needs (None, steps, features)')])
})

const many = (count: number, of: (index: number) => string) => Array.from({ length: count }, (_, at) => of(at)).join()

test.each([
  ['brackets', `${'['.repeat(200)}`, 'found brackets nested more than 100 deep'],
  ['one key again and again', `{${many(200_000, () => '"a":1')}}`, 'found more than 10,000 items in one list'],
  ['keys', `{${many(200_000, (at) => `"k${at}":1`)}}`, 'found more than 10,000 items in one list'],
  ['numbers', `[${many(200_000, () => '1')}]`, 'found more than 10,000 items in one list'],
  [
    'short lists',
    `[${many(900, () => `[${many(999, () => '1')}]`)}]`,
    'found more than 1,000,000 words, numbers and signs',
  ],
  ['letters', `"${'x'.repeat(5_000_000)}"`, 'found 5,000,002 characters, must be at most 5,000,000'],
  ['spaces', ' '.repeat(4_000_000), 'found nothing, must be an object'],
])('too many %s are told once', (_, text, message) => expect(messagesOf(text)).toEqual([message]))

test('of very many problems the first thousand are reported', () => {
  const { issues } = readText(withLayers(Array(1500).fill('Flattn')))
  expect(issues).toHaveLength(1001)
  expect(issues[0]!.message).toContain('found "Flattn"')
  expect(issues.at(-1)!.message).toBe('and 500 more problems after this one')
})

test.each([
  [
    'a sequence',
    [{ type: 'Flatten' }, { type: 'RepeatVector', n: 6000 }, { type: 'LSTM', units: 1 }],
    'brings the model to 6,000 steps of recurrent layers, must be at most 5,000',
  ],
  [
    'both ways',
    [
      { type: 'Flatten' },
      { type: 'RepeatVector', n: 3000 },
      { type: 'Bidirectional', layer: { type: 'GRU', units: 1 } },
    ],
    'brings the model to 6,000 steps of recurrent layers, must be at most 5,000',
  ],
  [
    'a sequence without end',
    ['Flatten', { type: 'RepeatVector', n: 2147483647 }],
    '1,683,627,179,248 numbers for each sample, must be at most 200,000,000',
  ],
  [
    'an image without end',
    [
      { type: 'Reshape', target_shape: [28, 28, 1] },
      { type: 'ZeroPadding2D', padding: 2147483647 },
    ],
    'numbers for each sample, must be at most 200,000,000',
  ],
  [
    'repeats',
    [{ type: 'Block', repeat: 2001, layers: ['Flatten'] }],
    'the model has 2,001 layers, must have at most 2,000',
  ],
  [
    'repeats of repeats',
    [nested(6, 'Flatten', (inner) => ({ type: 'Block', repeat: 100, layers: [inner] }))],
    'the model has 1,000,000,000,000 layers, must have at most 2,000',
  ],
])('%s is told', (_, layers, message) => {
  expect(messagesOf(withLayers(layers))).toEqual([expect.stringContaining(message)])
})

const rbm = (training: object, rest: object = {}) =>
  JSON.stringify({
    data: { dataset: 'bars-and-stripes', size: 2, flatten: true },
    model: { type: 'RBM', hidden_units: 2 },
    training,
    ...rest,
  })

test.each([
  [{ algorithm: 'cd', k: 1_000_000 }, 'found 1000000, must be at least 1 and at most 1024'],
  [
    {
      algorithm: 'pcd',
      k: [
        [1, 1],
        [5, 1025],
      ],
    },
    'found 1025, must be a whole number, at least 1 and at most 1024',
  ],
  [{ algorithm: 'pcd', chains: 2147483647 }, 'chains of 6 units, which do not fit into memory'],
])('%j is told', (training, message) => {
  expect(messagesOf(rbm(training))).toEqual([expect.stringContaining(message)])
})

test('the largest number of Gibbs steps makes a graph', async () => {
  const { spec } = readText(rbm({ algorithm: 'cd', k: 1024 })) as { spec: StageSpec }
  const form = formOfSpec(spec)
  const { programs } = learnerOf(
    spec,
    form,
    { batchSize: 2, stepsPerEpoch: 1 },
    { ...NO_FACTS, means: () => Array(4).fill(0.5) },
  )
  const { nodes } = await simplifiedGraph(programs.train, 2)
  expect(nodes.length).toBeGreaterThan(5000)
})
