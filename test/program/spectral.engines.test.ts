/** SpectralNormalization trains as in Keras on TensorFlow, with every optimizer's order of things. */
import { describe, expect, test } from 'vitest'
import { buildModel } from '../../src/model/model.js'
import { stepPlan } from '../../src/program/descent.js'
import { supervisedPrograms } from '../../src/program/supervised.js'
import { outputsOf } from '../../src/spec/outputs.js'
import { runEnd, runStep } from '../../src/training/step.js'
import { expectClose } from '../support/close.js'
import { arraysOf, formOf } from '../support/data.js'
import { engineNames, loadRunner, toleranceOn } from '../support/engines.js'
import { kerasFixture } from '../support/keras.js'
import { resolveSpec } from '../support/spec.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

const { input_shape, layers, inputs, targets, initial, cases } = kerasFixture('spectral')
const [size, features] = input_shape
const form = formOf({ shape: [features], classes: 3 })
const batch = (at: number) => ({
  size,
  arrays: arraysOf(Float32Array.from(inputs[at]!), Int32Array.from(targets[at]!)),
})

describe.each(engineNames)('engine %s', (engine) => {
  const closely = toleranceOn(engine, { relative: 5e-5, absolute: 5e-6 })

  test.each(cases)('$name', async ({ optimizer, losses, evaluated, final }) => {
    const spec = resolveSpec({ layers, optimizer, loss: 'sparse_categorical_crossentropy' })
    const model = buildModel(spec.model, { x: [features] }, 0)
    const programs = supervisedPrograms({ ...spec, classWeight: null, model, form, outputs: outputsOf(spec) })
    const runner = await loadRunner(engine, { ...programs }, { batchSize: size })
    await runner.write(
      Object.fromEntries(Object.entries(initial).map(([name, values]) => [name, Float32Array.from(values)])),
    )
    const training = { runner, plan: stepPlan(spec.optimizer) }
    for (const [iterations, expected] of losses.entries()) {
      const learning_rate = optimizer.learning_rate as number
      const outputs = await runStep(training, batch(iterations % inputs.length), { learning_rate, iterations })
      expectClose([outputs.loss![0]! / size], [expected], `loss of step ${iterations}`, closely)
    }
    await runEnd(training)
    const state = await runner.read()
    expect(model.weights.map(({ name }) => name).toSorted()).toEqual(Object.keys(final).toSorted())
    for (const [name, values] of Object.entries(final)) expectClose(state[name]!, values, name, closely)
    const { loss } = await runner.run('evaluate', batch(0), {})
    expectClose([loss![0]! / size], [evaluated], 'loss of an evaluation', closely)
  })
})
