/** A model that we write for Keras is the same when it is imported again. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { inputShapes } from '../../src/base/form.js'
import { compileConfig, NotInKeras } from '../../src/export/keras/compile.js'
import { kerasFile } from '../../src/export/keras/keras-file.js'
import { importModel } from '../../src/import/import-model.js'
import { buildModel } from '../../src/model/model.js'
import { outputsOf } from '../../src/spec/outputs.js'
import { parseSpec } from '../../src/spec/parse.js'
import { type SupervisedSpec, specSchema } from '../../src/spec/spec.js'
import { temporaryFolder } from '../support/command.js'
import { dataOf, firstValue, randomModels } from '../support/random-models.js'
import { withoutNames } from '../support/same-network.js'

/** Every case with RANDOM_MODELS=all, else some. */
const SOME = 12
const cases = randomModels.cases.filter((_, index) => process.env.RANDOM_MODELS === 'all' || index % SOME === 0)

describe('models drawn at random', () => {
  test.each(cases)('$number', async ({ data: made, spec: given }) => {
    const spec = { name: 'random', ...specSchema.parse({ data: 'mnist', ...given }) } as SupervisedSpec
    const inputs = inputShapes(dataOf(made, spec.fit.validation_split).form)
    const model = buildModel(spec.model, inputs, 0, outputsOf(spec))
    const weights = Object.fromEntries(model.weights.map(({ name, shape }) => [name, firstValue(name, shape)]))
    const compile = compiled(
      spec,
      model.outputs.map(({ shape }) => shape),
    )
    const path = join(temporaryFolder(), 'model.keras')
    writeFileSync(path, await kerasFile(model, weights, { name: 'test', compile, metadata: {} }))

    const imported = await importModel(path, { place: 'spec.json', start: 'model', shapes: new Map() })
    const { spec: again } = parseSpec(imported.text, { source: 'spec.json' }) as { spec: SupervisedSpec }
    expect(withoutNames(again.model, outputsOf(again), imported.model.inputs)).toEqual(
      withoutNames(spec.model, outputsOf(spec), inputs),
    )
    expect(Object.values(imported.weights!).map(sum).toSorted()).toEqual(Object.values(weights).map(sum).toSorted())
    if (compile === null || imported.notes.length > 0) return
    expect(again.optimizer).toEqual(spec.optimizer)
    expect(outputsOf(again).map(settings)).toEqual(outputsOf(spec).map(settings))
  })
})

function compiled(spec: SupervisedSpec, shapes: Parameters<typeof compileConfig>[1]) {
  try {
    return compileConfig(spec, shapes, 10)
  } catch (error) {
    if (error instanceof NotInKeras) return null
    throw error
  }
}

const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0)

/** `crossentropy` stands for one of the others, which Keras gets in its place. */
const CHOSEN = ['crossentropy', 'binary_crossentropy', 'sparse_categorical_crossentropy']

const settings = ({ loss, loss_weight, metrics }: ReturnType<typeof outputsOf>[number]) => ({
  loss: CHOSEN.includes(loss.type) ? null : loss,
  loss_weight,
  metrics,
})
