/** Whole training runs have the losses, metrics and weights of Keras, on each engine. */
import { describe, expect, test } from 'vitest'
import type { Field } from '../../src/base/field.js'
import type { Runner } from '../../src/engine/engine.js'
import { lossFor } from '../../src/model/losses.js'
import { buildModel } from '../../src/model/model.js'
import { supervisedPrograms } from '../../src/program/supervised.js'
import { outputsOf } from '../../src/spec/outputs.js'
import { expectClose, expectSameState, type Tolerance } from '../support/close.js'
import { arraysOf, formOf, X } from '../support/data.js'
import { engineNames, loadRunner, someOn, toleranceOn } from '../support/engines.js'
import { type Fixtures, kerasFixture } from '../support/keras.js'
import { resolveLoss, resolveMetric, resolveModel, resolveOptimizer, resolveSpec } from '../support/spec.js'
import { expectNoTensorLeaks } from '../support/tensors.js'

expectNoTensorLeaks()

type Problem = Fixtures['training']['problems'][number]
type ByLayer = Problem['initial']

const { input_shape, inputs, problems } = kerasFixture('training')
const [size, features] = input_shape
const CLOSELY = { relative: 1e-5 }

const LABEL = { type: 'label' } as const

/** Targets of whole numbers are class labels. */
function trainingOf({ loss, layers, metrics, target_shape, targets }: Problem, given: unknown) {
  const optimizer = resolveOptimizer(given)
  const model = buildModel(resolveModel(layers), { x: [features] }, 0)
  const units = model.outputShape[0]!
  const lossSpec = resolveLoss(loss)
  const areLabels = targets.flat().every(Number.isInteger)
  const form = formOf({ shape: [features!], classes: Math.max(2, units) })
  const numbers: Field = { shape: target_shape.slice(1), dtype: 'float32', divisor: 1, values: 'real' }
  const options = {
    model,
    form: areLabels ? form : { ...form, targets: { y: numbers } },
    outputs: [
      {
        ...{ name: null, prefix: '', pointer: '', loss_weight: 1, target: LABEL },
        loss: lossSpec,
        metrics: Object.keys(metrics).map(resolveMetric),
      },
    ],
    optimizer,
    classWeight: null,
  }
  const isOneHot = lossFor(lossSpec, [units]).target === 'one_hot'
  const labelsIn = (target: readonly number[]) => Int32Array.from(isOneHot ? hot(target, units) : target)
  return {
    train: supervisedPrograms(options).train,
    targets: targets.map((target) => (areLabels ? labelsIn(target) : Float32Array.from(target))),
  }
}

const hot = (rows: readonly number[], width: number) =>
  Array.from({ length: rows.length / width }, (_, row) => rows.slice(row * width, (row + 1) * width).indexOf(1))

const flat = (weights: ByLayer) =>
  Object.entries(weights).flatMap(([layer, { kernel, bias }]) => [
    [`${layer}/kernel`, Float32Array.from(kernel)] as const,
    [`${layer}/bias`, Float32Array.from(bias)] as const,
  ])

async function expectWeights(runner: Runner<never>, expected: ByLayer, when: string, closely: Tolerance) {
  const state = await runner.read()
  for (const [name, values] of flat(expected)) expectClose(state[name]!, values, `${name} ${when}`, closely)
}

describe.each(engineNames)('engine %s', (engine) => {
  const closely = toleranceOn(engine, CLOSELY)
  const runs = problems.flatMap((problem) =>
    problem.runs.map((run) => ({ ...run, problem, what: `${problem.loss} by ${run.optimizer.type}` })),
  )
  test.each(runs)('$what goes as in Keras', async ({ problem, optimizer, losses, after_first, final }) => {
    const { train, targets } = trainingOf(problem, optimizer)
    const runner = await loadRunner(engine, { train }, { batchSize: size })
    await runner.write(Object.fromEntries(flat(problem.initial)))
    const some = someOn(engine, losses, 4)
    for (const [iterations, expected] of some.entries()) {
      const index = iterations % inputs.length
      const batch = { size, arrays: arraysOf(Float32Array.from(inputs[index]!), targets[index]!) }
      const outputs = await runner.run('train', batch, { learning_rate: optimizer.learning_rate as number, iterations })
      expectClose([outputs.loss![0]! / size], [expected], `loss before step ${iterations}`, closely)
      if (iterations > 0) continue
      for (const [name, value] of Object.entries(problem.metrics)) {
        expectClose([outputs[name]![0]! / size], [value], name, closely)
      }
      await expectWeights(runner, after_first, 'after the first step', closely)
    }
    if (some.length === losses.length) await expectWeights(runner, final, 'after the last step', closely)
  })
})

describe.each(engineNames)('programs beside training on engine %s', (engine) => {
  const closely = toleranceOn(engine, CLOSELY)
  const layers = [
    { type: 'Flatten' },
    { type: 'Activation', activation: 'linear', name: 'same' },
    { type: 'Dropout', rate: 0, name: 'nothing' },
    { type: 'Dense', units: 5, activation: 'tanh', name: 'x' },
    { type: 'Dropout', rate: 0.5, name: 'y' },
    { type: 'Dense', units: 3, activation: 'softmax', name: 'output' },
    { type: 'Reshape', target_shape: [3], name: 'end' },
  ]
  const model = buildModel(resolveModel(layers), { x: [features] }, 0)
  const spec = resolveSpec({ layers, optimizer: 'SGD', loss: 'categorical_crossentropy', metrics: ['acc', 'mse'] })
  const programs = supervisedPrograms({
    ...spec,
    classWeight: null,
    model,
    form: formOf({ shape: [features], classes: 3 }),
    outputs: outputsOf(spec),
  })
  const batch = { size, arrays: arraysOf(Float32Array.from(inputs[0]!), Int32Array.from([0, 1, 2, 0, 1, 2, 0, 1])) }

  test('inspection shows every layer in order, then the loss, as in training', async () => {
    const runner = await loadRunner(engine, { ...programs }, { batchSize: size })
    const seen = await runner.run('inspect', batch, { iterations: 7 })
    expect(Object.keys(seen)).toEqual(['flatten', 'same', 'nothing', 'x', 'y', 'output', 'end', 'loss'])
    for (const name of ['flatten', 'same', 'nothing']) expect(seen[name]).toEqual(batch.arrays[X])
    expect(seen.end).toEqual(seen.output)
    for (const [index, value] of seen.y!.entries()) expect([0, Math.fround(2 * seen.x![index]!)]).toContain(value)
    const [loss] = seen.loss!
    const trained = await runner.run('train', batch, { learning_rate: 0.1, iterations: 7 })
    expectClose(trained.loss!, [loss!], 'loss', closely)
  })

  test('evaluation has no dropout and changes nothing', async () => {
    const runner = await loadRunner(engine, { ...programs }, { batchSize: size })
    const before = await runner.read()
    const evaluate = async () => structuredClone(await runner.run('evaluate', batch, {}))
    const first = await evaluate()
    expect(Object.keys(first)).toEqual(['loss', 'acc', 'mse'])
    expect(await evaluate()).toEqual(first)
    expectSameState(await runner.read(), before)
  })
})
