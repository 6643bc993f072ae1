/** What tfjs spells out is put together again, and only that. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import type { Graph } from '../../../../src/engine/compiled/graph/graph.js'
import { trace } from '../../../../src/engine/compiled/graph/trace.js'
import { recognize } from '../../../../src/engine/compiled/passes/recognize.js'
import { simplify } from '../../../../src/engine/compiled/passes/simplify.js'
import type { Program } from '../../../../src/program/program.js'
import { buildGraph, expectSameResults, givenTo } from '../../../support/graph.js'
import { BATCH_SIZE, smallNetwork } from '../../../support/network.js'
import { lossTypes } from '../../../support/spec.js'
import { expectNoTensorLeaks } from '../../../support/tensors.js'

expectNoTensorLeaks()

const kernels = (graph: Graph) => graph.nodes.map(({ kernel }) => kernel)
const x = [0.5, -1, 2, 3, 0, -0.25]

const program = (run: (x: tf.Tensor) => tf.Tensor): Program => ({
  state: [],
  inputs: [{ kind: 'batch', name: 'x', shape: [null, 3], dtype: 'float32', divisor: 1 }],
  run: (_, inputs) => ({ state: {}, outputs: { y: run(inputs.x!) } }),
})

describe('of tfjs', () => {
  test('a log-softmax is one kernel', async () => {
    const before = simplify(
      await trace(
        program((x) => tf.logSoftmax(x)),
        2,
      ),
    )
    const after = recognize(before)
    expect(kernels(after)).toEqual(['LogSoftmax'])
    await expectSameResults(before, after, { x })
  })

  test('the gradient of a log-softmax has one softmax', async () => {
    const weighted = (x: tf.Tensor) => tf.sum(tf.mul(tf.logSoftmax(x), tf.tensor1d([1, 2, -3])))
    const before = simplify(
      await trace(
        program((x) => tf.grad(weighted)(x)),
        2,
      ),
    )
    const after = recognize(before)
    expect(kernels(after)).toContain('Softmax')
    expect(kernels(after)).not.toContain('Exp')
    await expectSameResults(before, after, { x })
  })

  test.each(lossTypes)('a training step down the %s keeps its results', async (loss) => {
    const layers = [{ type: 'Dense', units: 3, activation: loss === 'binary_crossentropy' ? 'sigmoid' : 'softmax' }]
    const network = smallNetwork({ layers, loss, optimizer: 'SGD' })
    const before = simplify(await trace(network.programs.train, BATCH_SIZE))
    await expectSameResults(before, recognize(before), givenTo(before, network))
  })
})

describe('one-hot labels', () => {
  const labelled = (below: number | undefined, run: (x: tf.Tensor, hot: tf.Tensor) => tf.Tensor): Program => ({
    state: [],
    inputs: [
      { kind: 'batch', name: 'x', shape: [null, 3], dtype: 'float32', divisor: 1 },
      { kind: 'batch', name: 'y', shape: [null], dtype: 'int32', divisor: 1, ...(below !== undefined && { below }) },
    ],
    run: (_, { x, y }) => ({ state: {}, outputs: { y: run(x!, tf.oneHot(y as tf.Tensor1D, 3, 1, 0, 'float32')) } }),
  })
  const crossentropy = (x: tf.Tensor, hot: tf.Tensor) => tf.neg(tf.sum(tf.mul(hot, tf.logSoftmax(x))))
  const gradient = (x: tf.Tensor, hot: tf.Tensor) => tf.grad((x) => tf.div(crossentropy(x, hot), 2))(x)
  const given = { x, y: [2, 0] }

  test.each([2, 3])('below %d are rows of the identity matrix, and the gradient is their difference', async (below) => {
    const before = simplify(await trace(labelled(below, gradient), 2))
    const after = recognize(before)
    expect(kernels(after).toSorted()).toEqual(['GatherV2', 'Multiply', 'Softmax', 'Sub'])
    await expectSameResults(before, after, { ...given, y: [1, 0] })
  })

  test.each([4, undefined])('that may be out of range stay: below %s', async (below) => {
    const before = simplify(await trace(labelled(below, gradient), 2))
    const after = recognize(before)
    expect(kernels(after)).toContain('OneHot')
    expect(kernels(after)).toContain('Sum')
    await expectSameResults(before, after, given)
  })

  test('of other values stay', async () => {
    const smoothed = labelled(3, (x, hot) => gradient(x, tf.add(tf.mul(hot, 0.9), 0.1)))
    const before = simplify(await trace(smoothed, 2))
    const after = recognize(before)
    expect(kernels(after)).toContain('Sum')
    await expectSameResults(before, after, given)
  })
})

describe('what only looks like a log-softmax stays', () => {
  /** tfjs' formula with one thing changed. */
  const almost = (change: {
    maximumOf?: 'other'
    axes?: number[]
    sumAxis?: number
    keepDims?: boolean
    exponent?: 'x'
  }) =>
    buildGraph(({ input, node }) => {
      const x = input('x', [3, 3])
      const maximum = node('Max', [change.maximumOf === 'other' ? node('Neg', [x]) : x], {
        reductionIndices: change.axes ?? [1],
        keepDims: true,
      })
      const shifted = node('Sub', [x, maximum])
      const exponential = node('Exp', [change.exponent === 'x' ? x : shifted])
      const keepDims = change.keepDims ?? true
      const sum = node('Sum', [exponential], { axis: change.axes ?? [change.sumAxis ?? 1], keepDims })
      return { y: node('Sub', [shifted, node('Log', [sum])]) }
    })
  const given = { x: [...x, 1, 0.75, -2] }

  test('but the formula itself is found', async () => {
    const after = recognize(almost({}))
    expect(kernels(after)).toEqual(['LogSoftmax'])
    await expectSameResults(almost({}), after, given)
  })

  test.each([
    [{ maximumOf: 'other' as const }],
    [{ axes: [0, 1] }],
    [{ sumAxis: 0 }],
    [{ keepDims: false }],
    [{ exponent: 'x' as const }],
  ])('with %j', async (change) => {
    const graph = almost(change)
    expect(kernels(recognize(graph))).toEqual(kernels(graph))
    await expectSameResults(graph, recognize(graph), given)
  })
})
