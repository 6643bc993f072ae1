/** Tracing runs a program once, on tensors without numbers, and gives a graph. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import type { Slot } from '../../../../src/base/slot.js'
import type { Tensors } from '../../../../src/base/tensors.js'
import { infoOf } from '../../../../src/engine/compiled/graph/graph.js'
import { trace } from '../../../../src/engine/compiled/graph/trace.js'
import type { BatchInput, Program, ProgramInput } from '../../../../src/program/program.js'
import { interpret } from '../../../support/graph.js'
import { expectNoTensorLeaks } from '../../../support/tensors.js'

expectNoTensorLeaks()

const slot = (name: string, shape: readonly number[]): Slot => ({
  name,
  shape,
  role: 'weight',
  initial: () => {
    throw new Error('a trace asks for no numbers')
  },
})
const x: BatchInput = { kind: 'batch', name: 'x', shape: [null, 3], dtype: 'float32', divisor: 1 }

/** Outputs of `run` on one batch input and one state. */
const program = (
  run: (x: tf.Tensor, w: tf.Tensor, inputs: Tensors) => Tensors,
  inputs: readonly ProgramInput[] = [],
): Program => ({
  state: [slot('w', [3, 2])],
  inputs: [x, ...inputs],
  run: ({ w }, all) => ({ state: {}, outputs: run(all.x!, w!, all) }),
})

describe('a traced program', () => {
  test('is the list of its kernels, with static shapes', async () => {
    const rate: ProgramInput = { kind: 'scalar', name: 'rate' }
    const graph = await trace(
      {
        state: [slot('w', [3, 2]), slot('b', [2])],
        inputs: [x, rate],
        run({ w, b }, inputs) {
          const y = tf.relu(tf.add(tf.matMul(inputs.x as tf.Tensor2D, w as tf.Tensor2D), b!))
          return { state: { b: tf.mul(b!, inputs.rate!) }, outputs: { mean: tf.mean(y), same: y } }
        },
      },
      5,
    )
    expect(graph.inputs).toEqual([
      { value: 0, from: 'state', name: 'w' },
      { value: 1, from: 'state', name: 'b' },
      { value: 2, from: 'input', name: 'x', input: x },
      { value: 3, from: 'input', name: 'rate', input: rate },
    ])
    const nodes = graph.nodes.filter(({ kernel }) => kernel !== 'Reshape')
    expect(nodes.map(({ kernel }) => kernel)).toEqual(['BatchMatMul', 'Add', 'Relu', 'Multiply', 'Mean'])
    expect(nodes.map(({ output }) => infoOf(graph, output).shape)).toEqual([[5, 2], [5, 2], [5, 2], [2], []])
    expect(nodes[0]!.attributes).toEqual({ transposeA: false, transposeB: false })
    expect(nodes[4]!.attributes).toEqual({ axes: [0, 1], keepDims: false })
    expect(graph.outputs.map(({ to, name }) => `${to} ${name}`)).toEqual(['state b', 'output mean', 'output same'])
  })

  test('contains the kernels of gradients too', async () => {
    const graph = await trace(
      program((x, w) => ({ g: tf.grad((v) => tf.sum(tf.square(tf.matMul(x as tf.Tensor2D, v as tf.Tensor2D))))(w) })),
      2,
    )
    const values = { x: [1, 2, 3, -1, 0, 2], w: [1, 0, 0.5, -1, 2, 1] }
    const { g } = await interpret(graph, values)
    const expected = tf.tidy(() => {
      const a = tf.tensor2d(values.x, [2, 3])
      return tf.mul(tf.matMul(a, tf.matMul(a, tf.tensor2d(values.w, [3, 2])), true), 2).dataSync()
    })
    expect([...g!]).toEqual([...expected])
  })

  test('computes what the program computes', async () => {
    const f = (x: tf.Tensor, w: tf.Tensor): Tensors => ({
      a: tf.softmax(tf.dot(x, w)),
      b: tf.cast(tf.argMax(x, -1), 'float32'),
      c: tf.where(tf.greater(x, 0), x, tf.zerosLike(x)),
      d: tf.sum(tf.oneHot(tf.cast(tf.argMax(x, 1), 'int32'), 4, 3, -1), 0),
      e: tf.max(tf.expandDims(x, -2), [1], true),
      f: tf.logSoftmax(tf.add(x, tf.tensor1d([1, 2, 3]))),
      g: tf.tile(tf.sub(1, tf.mean(w, 0, true)), [2, 1]),
      h: tf.transpose(tf.clipByValue(tf.elu(tf.neg(x)), -0.5, 0.5)),
    })
    const values = { x: [0.1, -2, 3, 4, 0.5, -0.25], w: [1, 0, 0.5, -1, 2, 1] }
    const found = await interpret(await trace(program(f), 2), values)
    tf.tidy(() => {
      const expected = f(tf.tensor2d(values.x, [2, 3]), tf.tensor2d(values.w, [3, 2]))
      for (const [name, tensor] of Object.entries(expected))
        expect([...found[name]!], name).toEqual([...tensor.dataSync()])
    })
  })

  test('keeps a constant of one number as that number, others as their elements', async () => {
    const values = Float32Array.of(1, 2, 3)
    const graph = await trace(
      program((x) => ({ a: tf.add(x, tf.fill([3], 7)), b: tf.mul(x, tf.tensor1d(values)), c: tf.ones([2, 2]) })),
      1,
    )
    values.fill(0) // the graph has its own
    expect(graph.constants.map(({ data }) => data)).toEqual([7, Float32Array.of(1, 2, 3), 1])
  })

  test('has noise and batches as inputs of the batch size', async () => {
    const mask: ProgramInput = {
      kind: 'noise',
      name: 'mask',
      shape: [null, 3],
      stream: 0,
      distribution: { type: 'dropout', rate: 0.5 },
    }
    const graph = await trace(
      program((x, _, { mask }) => ({ y: tf.mul(x, mask!) }), [mask]),
      7,
    )
    expect(graph.inputs.map(({ value }) => infoOf(graph, value).shape)).toEqual([
      [3, 2],
      [7, 3],
      [7, 3],
    ])
  })
})

describe('tracing', () => {
  test('leaves tfjs with the backend it had', async () => {
    await tf.setBackend('cpu')
    await trace(
      program((x) => ({ y: tf.neg(x) })),
      1,
    )
    expect(tf.getBackend()).toBe('cpu')
    const broken = program(() => {
      throw new Error('broken')
    })
    await expect(trace(broken, 1)).rejects.toThrow('broken')
    expect(tf.getBackend()).toBe('cpu')
  })

  test('refuses to give numbers', async () => {
    const reading = program((x) => ({ y: tf.add(x, x.dataSync()[0]!) }))
    await expect(trace(reading, 1)).rejects.toThrow('internal: a traced step has no numbers to read')
  })

  test('refuses a tensor that was made outside', async () => {
    await tf.setBackend('cpu')
    const outside = tf.scalar(3)
    const using = program((x) => ({ y: tf.add(x, outside) }))
    await expect(trace(using, 1)).rejects.toThrow('internal: a tensor from outside entered the trace')
    outside.dispose()
  })

  test('refuses operations that it cannot express', async () => {
    const turned = program((x) => {
      const image = tf.reshape(x, [1, 2, 3, 1]) as tf.Tensor4D
      return { y: tf.conv2d(image, tf.ones([1, 1, 2, 1]), 1, 'same', 'NCHW') }
    })
    await expect(trace(turned, 2)).rejects.toThrow('internal: windows of format NCHW')
  })
})
