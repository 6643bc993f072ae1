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
