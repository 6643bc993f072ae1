/** Optimizers take the steps of Keras, on each engine. */
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { descent, stepPlan } from '../../src/program/descent.js'
import type { BatchInput } from '../../src/program/program.js'
import type { OptimizerSpec } from '../../src/spec/spec.js'
import { runEnd, runStep } from '../../src/training/step.js'
import { expectClose, largestMagnitude } from '../support/close.js'
import { engineNames, loadRunner, someOn, toleranceOn } from '../support/engines.js'
import { kerasFixture } from '../support/keras.js'
import { optimizerTypes, resolveOptimizer } from '../support/spec.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

const { shapes, initial, gradients, recorded, cases } = kerasFixture('optimizers')

/** Weights that follow gradients from a batch of one sample. */
function follow(optimizer: OptimizerSpec, names: readonly string[]) {
  return descent({
    optimizer,
    weights: names.map((name) => ({
      name,
      shape: shapes[name]!,
      role: 'weight',
      initial: () => Float32Array.from(initial[name]!),
    })),
    inputs: names.map(
      (name): BatchInput => ({ kind: 'batch', name, shape: [null, ...shapes[name]!], dtype: 'float32', divisor: 1 }),
    ),
    gradients: (_, given) => ({
      gradients: names.map((name) => tf.reshape(given[name]!, [...shapes[name]!])),
      outputs: {},
    }),
  })
}

test('Adafactor leaves a row and a column without gradients as they are', async () => {
  const { train } = follow(resolveOptimizer('Adafactor'), ['kernel'])
  const runner = await loadRunner('eager:cpu', { train }, { batchSize: 1 })
  const [rows, columns] = shapes.kernel!
  const dead = (index: number) => Math.floor(index / columns!) === 1 || index % columns! === 2
  const kernel = Float32Array.from({ length: rows! * columns! }, (_, index) => (dead(index) ? 0 : 1e-3 * (index + 1)))
  const before = (await runner.read()).kernel!
  await runner.run('train', { size: 1, arrays: { kernel } }, { learning_rate: 0.1, iterations: 0 })
  const after = (await runner.read()).kernel!
  for (const [index, value] of after.entries()) {
    expect(Number.isFinite(value)).toBe(true)
    expect(value === before[index]).toBe(dead(index))
  }
})

describe.each(engineNames)('on %s', (engineName) => {
  /** keras/src/optimizers/base_optimizer.py, `apply`: constraints follow each call, whether or not it made an update. */
  test.each([
    ['a step without an update', { type: 'SGD', learning_rate: 0.1, gradient_accumulation_steps: 3 }],
    ['one beside a running mean', { type: 'Adam', use_ema: true, gradient_accumulation_steps: 3 }],
  ] as const)('%s holds weights to their constraints', async (_, optimizer) => {
    const halved = (weight: tf.Tensor) => tf.mul(tf.relu(weight), 0.5)
    const gradient: BatchInput = { kind: 'batch', name: 'gradient', shape: [null, 2], dtype: 'float32', divisor: 1 }
    const slot = { name: 'layer/kernel', shape: [2], role: 'weight' as const, initial: () => Float32Array.of(-1, 2) }
    const spec = resolveOptimizer(optimizer)
    const programs = descent({
      optimizer: spec,
      weights: [{ ...slot, constraint: halved }],
      inputs: [gradient],
      gradients: (_, given) => ({ gradients: [tf.reshape(given.gradient!, [2])], outputs: {} }),
    })
    const runner = await loadRunner(engineName, { ...programs }, { batchSize: 1 })
    const batch = { size: 1, arrays: { gradient: Float32Array.of(1, 1) } }
    for (const iterations of [0, 1])
      await runStep({ runner, plan: stepPlan(spec) }, batch, { learning_rate: 0.1, iterations })
    expect(Array.from((await runner.read())['layer/kernel']!)).toEqual([0, 0.5])
  })
})

test('every optimizer has fixtures', () => {
  expect(new Set(cases.map(({ optimizer }) => optimizer.type))).toEqual(new Set(optimizerTypes))
})

test.each(cases)('$name has the learning rate of Keras', ({ optimizer, learning_rate }) => {
  expect(resolveOptimizer(optimizer).learning_rate).toBe(learning_rate)
})

describe.each(engineNames)('engine %s', (engine) => {
  /** A number near 0 may differ by a share of the largest beside it. */
  const closeTo = (found: Float32Array, expected: readonly number[], what: string) =>
    expectClose(
      found,
      expected,
      what,
      toleranceOn(engine, { relative: 1e-5, absolute: 1e-6 * largestMagnitude(expected) }),
    )

  test.each(cases)('$name takes steps as in Keras', async ({ optimizer, ...expected }) => {
    const spec = resolveOptimizer(optimizer)
    const names = Object.keys(expected.slots)
    const programs = follow(spec, names)
    const runner = await loadRunner(engine, { ...programs }, { batchSize: 1 })
    const training = { runner, plan: stepPlan(spec) }
    const some = someOn(engine, gradients, 6)
    for (const [iterations, gradient] of some.entries()) {
      const arrays = Object.fromEntries(names.map((name) => [name, Float32Array.from(gradient[name]!)]))
      await runStep(training, { size: 1, arrays }, { learning_rate: expected.learning_rate, iterations })
      const record = expected.variables[recorded.indexOf(iterations + 1)]
      if (!record) continue
      const state = await runner.read()
      for (const [name, values] of Object.entries(record)) {
        closeTo(state[name]!, values, `${name} after step ${iterations + 1}`)
      }
    }
    if (some.length < gradients.length) return
    const state = await runner.read()
    for (const [name, slots] of Object.entries(expected.slots)) {
      const keys = Object.keys(slots).map((slot) => `${name}/${slot}`)
      expect(keys).toEqual(Object.keys(state).filter((key) => key.startsWith(`${name}/`)))
      for (const [slot, values] of Object.entries(slots)) {
        closeTo(state[`${name}/${slot}`]!, values, `${name}/${slot}`)
      }
    }
    for (const [name, values] of Object.entries(expected.shared ?? {})) {
      closeTo(state[`optimizer/${name}`]!, values, name)
    }
    await runEnd(training)
    const last = await runner.read()
    for (const name of names) {
      const values = expected.finalized?.[name]
      if (values) closeTo(last[name]!, values, `${name} at the end`)
      else expect(last[name]).toEqual(state[name])
    }
  })
})
