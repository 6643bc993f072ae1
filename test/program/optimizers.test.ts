/** Optimizers take the steps that Keras takes, on each engine. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { sizeOf } from '../../src/base/shape.js'
import { buildOptimizer } from '../../src/program/optimizers/registry.js'
import type { BatchInput, Program, Slot } from '../../src/program/program.js'
import type { OptimizerSpec } from '../../src/spec/spec.js'
import { expectClose } from '../support/close.js'
import { engineNames, loadRunner, toleranceOn } from '../support/engines.js'
import { kerasFixture } from '../support/keras.js'
import { optimizerTypes } from '../support/spec.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

const { shapes, initial, gradients, cases } = kerasFixture('optimizers')
const WEIGHTS = ['kernel', 'bias'] as const

/** Weights that follow gradients from a batch of one sample. */
function descent(spec: OptimizerSpec): Program {
  const optimizer = buildOptimizer(spec)
  const state = WEIGHTS.flatMap((name): Slot[] => [
    { name, shape: shapes[name], role: 'weight', initial: () => Float32Array.from(initial[name]) },
    ...optimizer.slots.map(
      (slot): Slot => ({
        name: `${name}/${slot}`,
        shape: shapes[name],
        role: 'optimizer',
        initial: () => new Float32Array(sizeOf(shapes[name])),
      }),
    ),
  ])
  const gradientInputs = WEIGHTS.map(
    (name): BatchInput => ({ kind: 'batch', name, shape: [null, ...shapes[name]], dtype: 'float32', divisor: 1 }),
  )
  return {
    state,
    inputs: [...gradientInputs, { kind: 'scalar', name: 'learning_rate' }, { kind: 'scalar', name: 'iterations' }],
    run(values, inputs) {
      const next: Record<string, tf.Tensor> = {}
      for (const name of WEIGHTS) {
        const { weight, slots } = optimizer.update({
          weight: values[name]!,
          gradient: tf.reshape(inputs[name]!, [...shapes[name]]),
          slots: Object.fromEntries(optimizer.slots.map((slot) => [slot, values[`${name}/${slot}`]!])),
          learningRate: inputs.learning_rate as tf.Scalar,
          iterations: inputs.iterations as tf.Scalar,
        })
        next[name] = weight
        for (const [slot, value] of Object.entries(slots)) next[`${name}/${slot}`] = value
      }
      return { state: next, outputs: {} }
    },
  }
}

test('every optimizer has fixtures', () => {
  expect(new Set(cases.map(({ optimizer }) => optimizer.type))).toEqual(new Set(optimizerTypes))
})

describe.each(engineNames)('engine %s', (engine) => {
  const closely = toleranceOn(engine, { relative: 1e-5 })
  test.each(cases)('$name takes 20 steps as in Keras', async ({ optimizer, variables, slots, iterations: steps }) => {
    const runner = await loadRunner(engine, { train: descent(optimizer) }, { batchSize: 1 })
    for (const [iterations, gradient] of gradients.entries()) {
      const arrays = Object.fromEntries(WEIGHTS.map((name) => [name, Float32Array.from(gradient[name])]))
      await runner.run('train', { size: 1, arrays }, { learning_rate: optimizer.learning_rate as number, iterations })
      const state = await runner.read()
      for (const name of WEIGHTS) {
        expectClose(state[name]!, variables[iterations]![name], `${name} after step ${iterations}`, closely)
      }
    }
    expect(gradients.length).toBe(steps)
    const state = await runner.read()
    for (const name of WEIGHTS) {
      const { [name]: expected } = slots
      const keys = Object.keys(expected).map((slot) => `${name}/${slot}`)
      expect(keys).toEqual(Object.keys(state).filter((key) => key.startsWith(`${name}/`)))
      for (const [slot, values] of Object.entries(expected)) {
        expectClose(state[`${name}/${slot}`]!, values, `${name}/${slot}`, closely)
      }
    }
  })
})
