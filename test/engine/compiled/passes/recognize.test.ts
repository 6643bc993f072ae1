/** Operations that tfjs writes as several kernels are found again, and nothing else is. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import type { Graph } from '../../../../src/engine/compiled/graph/graph.js'
import { trace } from '../../../../src/engine/compiled/graph/trace.js'
import { recognize } from '../../../../src/engine/compiled/passes/recognize.js'
import { simplify } from '../../../../src/engine/compiled/passes/simplify.js'
import type { Program } from '../../../../src/program/program.js'
import { buildGraph, expectSameResults, givenTo } from '../../../support/graph.js'
import { BATCH_SIZE, smallNetwork } from '../../../support/network.js'
import { rowLossTypes } from '../../../support/spec.js'
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

  test.each(rowLossTypes)('a training step down the %s keeps its results', async (loss) => {
    const layers = [{ type: 'Dense', units: 3, activation: loss === 'binary_crossentropy' ? 'sigmoid' : 'softmax' }]
    const network = smallNetwork({ layers, loss, optimizer: 'SGD' })
    const before = simplify(await trace(network.programs.train, BATCH_SIZE))
    await expectSameResults(before, recognize(before), givenTo(before, network))
  })
})

test('a training step down the ctc keeps its results', async () => {
  const network = smallNetwork({ layers: [{ type: 'Dense', units: 3 }], loss: 'ctc', optimizer: 'SGD' }, [5, 3])
  const before = simplify(await trace(network.programs.train, BATCH_SIZE))
  await expectSameResults(before, recognize(before), givenTo(before, network))
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

describe('formulas that only look like a log-softmax stay', () => {
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

describe('behind a pool', () => {
  /** The gradient of a pool of a rectifier, and its sum over all but channels; `change` gives another slope. */
  const pooled = (attributes: tf.NamedAttrMap, slopeOf: 'input' | 'other' = 'input', swap = false) =>
    buildGraph(({ input, node }) => {
      const x = node('Relu', [input('x', [2, 4, 6, 2])])
      const y = node('MaxPool', [x], attributes)
      const dy = node('Sub', [node('Square', [y]), node('Exp', [node('Neg', [y])])])
      const gradient = node('MaxPoolGrad', [dy, x, y], attributes)
      const slope = node('Step', [slopeOf === 'input' ? x : node('Square', [x])], { alpha: 0 })
      const dx = node('Multiply', swap ? [slope, gradient] : [gradient, slope])
      return { dx, sum: node('Sum', [dx], { axis: [0, 1, 2] }) }
    })
  const given = { x: Array.from({ length: 96 }, (_, index) => ((7 * index) % 11) / 4 - 1.5) }

  test.each([
    { filterSize: 2, strides: 2, pad: 'valid' },
    { filterSize: 3, strides: 2, pad: 'same' },
    { filterSize: 3, strides: 1, pad: 'valid' },
  ])('a rectifier asks the largest of each window, and the sum is that of windows: %j', async (attributes) => {
    for (const swap of [false, true]) {
      const before = pooled(attributes, 'input', swap)
      const after = recognize(before)
      const step = after.nodes.find(({ kernel }) => kernel === 'Step')
      expect(step!.inputs).toEqual([after.nodes.find(({ kernel }) => kernel === 'MaxPool')!.output])
      expect(after.nodes.at(-1)!.inputs).toEqual([after.nodes.at(-2)!.inputs[0]])
      await expectSameResults(before, after, given)
    }
  })

  test('a slope of something else stays', async () => {
    const before = pooled({ filterSize: 2, strides: 2, pad: 'valid' }, 'other')
    expect(kernels(recognize(before))).toEqual(kernels(before))
    await expectSameResults(before, recognize(before), given)
  })
})
