/** Graphs of layers: names, order, blocks, shared layers; and the same model in plain tfjs. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import type { Named } from '../../src/base/field.js'
import { inputKey } from '../../src/base/form.js'
import type { Shape } from '../../src/base/shape.js'
import { buildModel } from '../../src/model/model.js'
import { networkOf } from '../../src/model/network.js'
import type { NetworkSpec } from '../../src/spec/spec.js'
import { expectClose } from '../support/close.js'
import { expectInputsSameInTfjs, expectSameInTfjs } from '../support/layers.js'
import { resolveModel, resolveSpec } from '../support/spec.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

const graph = (...layers: unknown[]): NetworkSpec =>
  resolveSpec({ layers: [], model: { type: 'Functional', layers } }).model

const dense = (name: string, inputs?: string | string[], units = 4) => ({
  type: 'Dense',
  name,
  units,
  activation: 'tanh',
  ...(inputs !== undefined && { inputs }),
})
const add = (...inputs: string[]) => ({ type: 'Add', inputs })
const block = (fields: object, ...layers: unknown[]) => ({ type: 'Block', ...fields, layers })

/** The last layer gives the output. */
const LAST = [{ name: null, pointer: '/loss' }]

/** `dense <- flatten, data`: each call and what it takes; weights of another layer in brackets. */
function callsOf(model: NetworkSpec, data: Named<Shape> = { x: [3] }): string[] {
  const { network, issues } = networkOf(model, LAST, data)
  expect(issues).toEqual([])
  expect(network.outputs).toEqual([network.calls.at(-1)!.name])
  return network.calls.map(({ name, owner, inputs }) => {
    const from = inputs
      .map((input) => (input === inputKey('x') ? 'data' : input.replace(/^x:(.*)/, '$1 of the data')))
      .join(', ')
    return `${name}${owner === name ? '' : ` [${owner}]`} <- ${from}`
  })
}

describe('calls', () => {
  test('of a stack: the input of each is the layer before', () => {
    expect(callsOf(resolveModel(['Flatten', { type: 'Dense', units: 2 }, { type: 'Dense', units: 1 }]))).toEqual([
      'flatten <- data',
      'dense <- flatten',
      'dense_1 <- dense',
    ])
  })

  test('of a graph: the input is the layer before, unless inputs are given', () => {
    expect(callsOf(graph(dense('a'), dense('b'), dense('c', 'a'), add('b', 'c'), dense('out')))).toEqual([
      'a <- data',
      'b <- a',
      'c <- a',
      'add <- b, c',
      'out <- add',
    ])
  })

  test('are in an order that can run, whatever the order in the file', () => {
    expect(
      callsOf(graph({ type: 'Input', name: 'x', shape: [3] }, dense('b', 'a'), dense('a', 'x'), add('a', 'b'))),
    ).toEqual(['x <- data', 'a <- x', 'b <- a', 'add <- a, b'])
  })

  test('each Input is the data', () => {
    const input = (name: string) => ({ type: 'Input', name, shape: [3] })
    expect(callsOf(graph(input('x'), input('y'), dense('a', 'x'), add('a', 'y')))).toEqual([
      'x <- data',
      'y <- data',
      'a <- x',
      'add <- a, y',
    ])
  })

  test('one layer may go into another twice', () => {
    expect(callsOf(graph(dense('a'), add('a', 'a')))).toEqual(['a <- data', 'add <- a, a'])
  })
})

describe('data of several inputs', () => {
  const DATA = { photo: [2, 3], rooms: [3] }
  const flat = { type: 'Flatten', name: 'flat', inputs: 'photo' }
  const input = (name: string, shape: Shape) => ({ type: 'Input', name, shape })
  const issuesOf = (model: NetworkSpec, data: Named<Shape> = DATA) =>
    networkOf(model, LAST, data).issues.map(({ pointer, message, nearest }) => ({
      ...{ pointer, message },
      ...(nearest !== undefined && { nearest }),
    }))
  const WORDS = '2 inputs: "photo" (None, 2, 3), "rooms" (None, 3)'

  test('layers name the inputs that they take', () => {
    expect(callsOf(graph(flat, dense('a', 'rooms'), { type: 'Concatenate', inputs: ['flat', 'a'] }), DATA)).toEqual([
      'flat <- photo of the data',
      'a <- rooms of the data',
      'concatenate <- flat, a',
    ])
  })

  test('an Input stands for the one of its name', () => {
    const model = graph(input('rooms', [3]), dense('a'), input('photo', [2, 3]), { type: 'Flatten' }, add('a', 'rooms'))
    const used = graph(...model.layers.slice(0, 4), { type: 'Concatenate', inputs: ['a', 'rooms', 'flatten'] })
    expect(callsOf(used, DATA)).toEqual([
      'rooms <- rooms of the data',
      'a <- rooms',
      'photo <- photo of the data',
      'flatten <- photo',
      'concatenate <- a, rooms, flatten',
    ])
  })

  test('a layer in a block may name them; a layer of the same name comes first', () => {
    const model = graph(flat, block({ name: 'stage' }, dense('rooms'), dense('b', 'rooms'), add('b', 'input')))
    expect(issuesOf(model)).toEqual([
      { pointer: '/model/layers', message: 'input "rooms" of the data leads nowhere: no layer takes it' },
    ])
    const both = graph(flat, block({ name: 'stage' }, dense('b', 'rooms'), add('b', 'input')))
    expect(callsOf(both, DATA)).toEqual([
      'flat <- photo of the data',
      'stage/b <- rooms of the data',
      'stage/add <- stage/b, flat',
    ])
  })

  test('the only input may be named too', () => {
    expect(callsOf(graph(dense('a'), dense('b', 'x'), add('a', 'b')))).toEqual([
      'a <- data',
      'b <- data',
      'add <- a, b',
    ])
  })

  test.each<[string, NetworkSpec, object]>([
    [
      'a layer does not say which it takes',
      graph(dense('a'), flat, add('a', 'flat')),
      {
        pointer: '/model/layers/0',
        message: `Dense "a" takes the data, which have ${WORDS}; "inputs" must name those that it takes`,
      },
    ],
    [
      'a stack takes only one',
      resolveModel(['Flatten', { type: 'Dense', units: 2 }]),
      {
        pointer: '/model/type',
        message: `a Sequential model has one input, but the data have ${WORDS}; "output_mode": "concat" in "data" joins numbers to one input, and the layers of a "Functional" model name their "inputs"`,
      },
    ],
    [
      'an Input has another name',
      graph(input('room', [3]), dense('a'), flat, add('a', 'flat')),
      {
        pointer: '/model/layers/0',
        message: `Input "room" has the name of no input of the data, which have ${WORDS}`,
        nearest: 'rooms',
      },
    ],
    [
      'a name is wrong',
      graph(flat, dense('a', 'romms'), add('a', 'flat')),
      {
        pointer: '/model/layers/1/inputs',
        message: `found "romms", which is neither a layer here nor one of the data's ${WORDS}`,
        nearest: 'rooms',
      },
    ],
    [
      'no layer takes one',
      graph(flat, dense('a')),
      { pointer: '/model/layers', message: 'input "rooms" of the data leads nowhere: no layer takes it' },
    ],
  ])('is refused if %s', (_, model, issue) => {
    expect(issuesOf(model)).toEqual([issue])
  })

  test.each<[string, NetworkSpec]>([
    ['taken by layers', graph(flat, dense('a', 'rooms'), { type: 'Concatenate', inputs: ['flat', 'a'] })],
    [
      'one by an Input, and the second of them first',
      graph(input('rooms', [3]), dense('a'), { ...flat, name: 'data' }, { type: 'Concatenate', inputs: ['a', 'data'] }),
    ],
  ])('plain tfjs computes the same: %s', async (_, model) => {
    await expectInputsSameInTfjs(model, DATA)
  })
})

describe('a block', () => {
  test('becomes its layers, with names that start with its name, and can be an input by its name', () => {
    expect(callsOf(graph(block({ name: 'stage' }, dense('a'), dense('b')), dense('out', 'stage')))).toEqual([
      'stage/a <- data',
      'stage/b <- stage/a',
      'out <- stage/b',
    ])
  })

  test('repeats, each time with its own layers', () => {
    const model = graph(
      dense('first'),
      block({ name: 'stage', repeat: 2 }, dense('a'), add('a', 'input')),
      dense('out'),
    )
    expect(callsOf(model)).toEqual([
      'first <- data',
      'stage/1/a <- first',
      'stage/1/add <- stage/1/a, first',
      'stage/2/a <- stage/1/add',
      'stage/2/add <- stage/2/a, stage/1/add',
      'out <- stage/2/add',
    ])
    expect(buildModel(model, { x: [4] }, 1).weights.map(({ name }) => name)).toEqual(
      ['first', 'stage/1/a', 'stage/2/a', 'out'].flatMap((name) => [`${name}/kernel`, `${name}/bias`]),
    )
  })

  test('in a block, with inputs from outside', () => {
    const inner = block({ name: 'inner' }, dense('a', 'start'), add('a', 'input'))
    expect(callsOf(graph(dense('start'), block({ name: 'outer' }, dense('b'), inner)))).toEqual([
      'start <- data',
      'outer/b <- start',
      'outer/inner/a <- start',
      'outer/inner/add <- outer/inner/a, outer/b',
    ])
  })

  test('is the input of a block, and of one before it in the file', () => {
    const model = graph(
      dense('x'),
      block({ name: 'late', inputs: 'early' }, dense('a')),
      block({ name: 'early', inputs: 'x' }, dense('a')),
      add('late', 'early'),
    )
    expect(callsOf(model)).toEqual(['x <- data', 'early/a <- x', 'late/a <- early/a', 'add <- late/a, early/a'])
  })

  test('with names by default is not mixed up with one that repeats', () => {
    const one = { type: 'Dense', units: 4 }
    const names = networkOf(graph(block({ repeat: 2 }, one), block({}, one)), LAST, { x: [3] }).network.calls.map(
      ({ name }) => name,
    )
    expect(names).toEqual(['block/1/dense', 'block/2/dense', 'block_1/dense'])
  })

  test('in a stack', () => {
    expect(callsOf(resolveModel(['Flatten', block({ repeat: 2 }, dense('a'))]))).toEqual([
      'flatten <- data',
      'block/1/a <- flatten',
      'block/2/a <- block/1/a',
    ])
  })
})

describe('a shared layer', () => {
  const twins = graph(
    { type: 'Input', name: 'x', shape: [3] },
    dense('left', 'x'),
    dense('right', 'x'),
    dense('judge', 'left', 2),
    { type: 'Shared', name: 'again', layer: 'judge', inputs: 'right' },
    add('judge', 'again'),
  )

  test('is a call with the weights of another layer', () => {
    expect(callsOf(twins)).toEqual([
      'x <- data',
      'left <- x',
      'right <- x',
      'judge <- left',
      'again [judge] <- right',
      'add <- judge, again',
    ])
    const model = buildModel(twins, { x: [3] }, 1)
    expect(model.weights.map(({ name }) => name)).toEqual(
      ['left', 'right', 'judge'].flatMap((name) => [`${name}/kernel`, `${name}/bias`]),
    )
  })

  test('may come before its layer, and may refer to another shared layer', () => {
    const shared = (name: string, layer: string, inputs: string) => ({ type: 'Shared', name, layer, inputs })
    expect(
      callsOf(graph(dense('x'), shared('c', 'b', 'x'), shared('b', 'a', 'x'), dense('a', 'x'), add('a', 'b', 'c'))),
    ).toEqual(['x <- data', 'a <- x', 'b [a] <- x', 'c [a] <- x', 'add <- a, b, c'])
  })

  test('in a block shares a layer of its repetition, or one outside', () => {
    const again = (name: string, layer: string) => ({ type: 'Shared', name, layer })
    const stage = block({ name: 'stage', repeat: 2 }, dense('a'), again('own', 'a'), again('far', 'start'))
    expect(callsOf(graph(dense('start'), stage))).toEqual([
      'start <- data',
      'stage/1/a <- start',
      'stage/1/own [stage/1/a] <- stage/1/a',
      'stage/1/far [start] <- stage/1/own',
      'stage/2/a <- stage/1/far',
      'stage/2/own [stage/2/a] <- stage/2/a',
      'stage/2/far [start] <- stage/2/own',
    ])
  })

  test('gets the gradients of all its uses', () => {
    const model = buildModel(graph(dense('a', undefined, 2), { type: 'Shared', layer: 'a' }), { x: [2] }, 1)
    tf.tidy(() => {
      const bias = tf.zeros([2])
      const x = tf.tensor2d([[1, -2]])
      const kernel = tf.tensor2d([0.1, 0.2, 0.3, 0.4], [2, 2])
      const ours = (k: tf.Tensor) => model.apply({ x }, { 'a/kernel': k, 'a/bias': bias }).output
      const layer = (given: tf.Tensor, k: tf.Tensor) => tf.tanh(tf.matMul(given, k))
      const [found, expected] = [ours, (k: tf.Tensor) => layer(layer(x, k), k)].map((f) =>
        tf.grad(f)(kernel).dataSync(),
      )
      expectClose(found!, expected!, 'gradient', { relative: 1e-5, absolute: 1e-6 })
    })
  })
})

describe('plain tfjs computes the same', () => {
  const input = (name: string) => ({ type: 'Input', name, shape: [3] })
  test.each<[string, NetworkSpec]>([
    ['a residual net', graph(dense('a'), block({ repeat: 2 }, dense('b'), add('b', 'input')), dense('out'))],
    ['two Inputs', graph(input('x'), input('y'), dense('a', 'x'), dense('b', 'y'), add('a', 'b'))],
    ['an Input and the data itself', graph(dense('a'), input('x'), dense('b'), add('a', 'b'))],
    [
      'a layer that goes to several',
      graph(dense('a'), dense('b', 'a'), dense('c', 'a'), add('a', 'b', 'c'), add('add', 'a')),
    ],
    ['a layer twice into one', graph(dense('a'), { type: 'Concatenate', inputs: ['a', 'a'] }, dense('out'))],
    ['a graph out of order', graph(input('x'), dense('b', 'a'), dense('a', 'x'), add('a', 'b'))],
    [
      'a shared layer',
      graph(
        dense('left'),
        dense('judge'),
        dense('right', 'left'),
        { type: 'Shared', name: 'again', layer: 'judge' },
        { type: 'Shared', name: 'last', layer: 'judge', inputs: 'judge' },
        add('last', 'again'),
      ),
    ],
    ['the last call is of a shared layer', graph(dense('a'), dense('b'), { type: 'Shared', layer: 'b' })],
    [
      'a shared layer in blocks',
      graph(dense('z'), dense('a'), block({ repeat: 2 }, { type: 'Shared', layer: 'a' }, add('shared', 'input'))),
    ],
  ])('%s', async (_, model) => {
    await expectSameInTfjs(model, [3])
  })
})
