/** A model that we write for Keras is the same when it is imported again. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { compileConfig, NotInKeras } from '../../src/export/keras/compile.js'
import { kerasFile } from '../../src/export/keras/keras-file.js'
import { outputsOf } from '../../src/spec/outputs.js'
import { parseSpec } from '../../src/spec/parse.js'
import type { SupervisedSpec } from '../../src/spec/spec.js'
import { temporaryFolder } from '../support/command.js'
import { importFile } from '../support/imported.js'
import { dataOf, drawnCases, firstModel, specOf } from '../support/random-models.js'
import { withoutNames } from '../support/same-network.js'

/** One of so many cases. */
const SOME = 12

describe('models drawn at random', () => {
  test.each(drawnCases(SOME))('$number', async ({ data: made, spec: given }) => {
    const spec = specOf(given)
    const { network: model, weights } = firstModel(spec, dataOf(made, spec.fit.validation_split).form)
    const compile = compiled(
      spec,
      model.outputs.map(({ shape }) => shape),
    )
    const path = join(temporaryFolder(), 'model.keras')
    writeFileSync(path, await kerasFile(model, weights, { name: 'test', compile, metadata: {} }))

    const imported = await importFile(path)
    const { spec: again } = parseSpec(imported.text, { source: 'spec.json' }) as { spec: SupervisedSpec }
    expect(withoutNames(again.model, outputsOf(again), imported.model.inputs)).toEqual(
      withoutNames(spec.model, outputsOf(spec), model.inputs),
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
