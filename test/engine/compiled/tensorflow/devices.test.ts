/** The parts of a batch that devices share. */
import * as tf from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import { isOfSamples } from '../../../../src/engine/compiled/graph/graph.js'
import { dividedStep } from '../../../../src/engine/compiled/tensorflow/devices.js'
import type { Program } from '../../../../src/program/program.js'
import { smallNetwork } from '../../../support/network.js'
import { expectNoTensorLeaks } from '../../../support/tensors.js'

expectNoTensorLeaks()

const { programs } = smallNetwork({ layers: [{ type: 'Dense', units: 3, activation: 'softmax' }] })

const rowsOf = ({ inputs, values }: { inputs: readonly { value: number }[]; values: ReadonlyMap<number, unknown> }) =>
  (values.get(inputs.find((input) => isOfSamples(input as never))!.value) as { shape: readonly number[] }).shape[0]

test('parts differ by one sample at most, and follow one another', async () => {
  const parts = async (size: number, devices: number) => {
    const step = await dividedStep(programs.train, size, devices)
    return (
      step && [
        { from: 0, rows: rowsOf(step.graph) },
        ...step.others.map(({ graph, from }) => ({ from, rows: rowsOf(graph) })),
      ]
    )
  }
  expect(await parts(8, 2)).toEqual([
    { from: 0, rows: 4 },
    { from: 4, rows: 4 },
  ])
  expect(await parts(7, 3)).toEqual([
    { from: 0, rows: 2 },
    { from: 2, rows: 2 },
    { from: 4, rows: 3 },
  ])
  // a single sample is too few
  expect(await parts(5, 3)).toBeNull()
})

const X = { kind: 'batch', name: 'x', shape: [null, 2], dtype: 'float32', divisor: 1 } as const
const program = (inputs: Program['inputs'], outputs: (x: tf.Tensor) => Record<string, tf.Tensor>): Program => ({
  state: [],
  inputs,
  run: (_, { x }) => ({ state: {}, outputs: outputs(x!) }),
})

test('a step without samples is not divided', async () => {
  const scalar = { kind: 'scalar', name: 'x' } as const
  expect(
    await dividedStep(
      program([scalar], (x) => ({ y: tf.square(x) })),
      8,
      2,
    ),
  ).toBeNull()
})

test('a step that has other results with another number of samples is not divided unevenly', async () => {
  const odd = program([X], (x) => ({ y: tf.sum(x), ...(x.shape[0]! % 2 === 1 && { z: tf.sum(tf.square(x)) }) }))
  expect(await dividedStep(odd, 8, 2)).not.toBeNull()
  expect(await dividedStep(odd, 7, 2)).toBeNull()
})
