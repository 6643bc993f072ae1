/** A step of several hosts: its gradients are combined before anything is computed from them. */
import { expect, test } from 'vitest'
import { isOfSamples, type ValueId } from '../../../../src/engine/compiled/graph/graph.js'
import { exchangeOf, ownPart, valuesOfSamples } from '../../../../src/engine/compiled/passes/exchange.js'
import { looksAtEachSample } from '../../../../src/engine/compiled/passes/separable.js'
import { isForUpdate } from '../../../../src/engine/compiled/passes/split-update.js'
import { stepOf } from '../../../../src/engine/compiled/tensorflow/halves.js'
import { smallNetwork } from '../../../support/network.js'
import { expectNoTensorLeaks } from '../../../support/tensors.js'

expectNoTensorLeaks()

const LAYERS = [
  { type: 'Dense', units: 5, activation: 'tanh' },
  { type: 'Dense', units: 3, activation: 'softmax' },
]
const SHARED = { mostNodes: 0, isShared: true }

test('gradients come first; clipping by their norm, and the update, come after', async () => {
  const { programs } = smallNetwork({ layers: LAYERS, optimizer: { type: 'Adam', global_clipnorm: 1 } })
  const { graph } = await stepOf(programs.train, 4, SHARED)
  const exchange = exchangeOf(graph, valuesOfSamples(graph))
  const weights = programs.train.state.filter(({ role }) => role === 'weight')
  expect(exchange.means).toHaveLength(weights.length)
  expect(exchange.lateSums).toEqual([])
  expect(exchange.sums.length).toBeGreaterThan(0)
  const after = graph.nodes.filter(({ output }) => !exchange.before.has(output))
  const kernels = after.map(({ kernel }) => kernel)
  expect(kernels).toContain('Sqrt')
  expect(kernels).not.toContain('BatchMatMul')
  // of the values before it, the rest reads combined means, and what is the same on all hosts
  const means = new Set<ValueId>(exchange.means)
  const samples = valuesOfSamples(graph)
  for (const { inputs } of after) {
    for (const input of inputs) {
      if (exchange.before.has(input) && samples.has(input)) expect(means.has(input)).toBe(true)
    }
  }
  expect(looksAtEachSample(ownPart(graph, exchange), 4)).toBe(true)
  expect(graph.inputs.filter(isOfSamples).length).toBeGreaterThan(0)
})

test('alone, a step has no means among its outputs', async () => {
  const { programs } = smallNetwork({ layers: LAYERS })
  const { graph } = await stepOf(programs.train, 4, { mostNodes: 0 })
  expect(graph.outputs.filter(isForUpdate)).toEqual([])
})
