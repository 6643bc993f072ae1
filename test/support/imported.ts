/** Imports a saved model of `test/fixtures/import` and computes with it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { type Imported, importModel } from '../../src/import/import-model.js'

export const FIXTURES = join(import.meta.dirname, '../fixtures/import')

interface Saved {
  readonly shape: number[]
  readonly values: number[]
}

export const importFixture = (file: string): Promise<Imported> => importFile(join(FIXTURES, file))

/** Imports a model for `spec.json`, with the shapes that the file has. */
export const importFile = (path: string): Promise<Imported> =>
  importModel(path, { place: 'spec.json', start: 'model', shapes: new Map() })

/** The largest difference between the outputs of the imported model and those that the fixture has. */
export function differenceFrom(fixture: string, { model, weights }: Imported): number {
  const { inputs, outputs } = JSON.parse(readFileSync(join(FIXTURES, `${fixture}.json`), 'utf8')) as {
    inputs: Record<string, Saved>
    outputs: Saved[]
  }
  return tf.tidy(() => {
    const tensors = Object.entries(inputs).map(([name, { values, shape }], index) => {
      const own = Object.keys(model.inputs).includes(name) ? name : Object.keys(model.inputs)[index]!
      return [own, tf.tensor(values, shape)] as const
    })
    const values = Object.entries(weights!).map(
      ([name, given]) => [name, tf.tensor(given, [...model.weights.find((one) => one.name === name)!.shape])] as const,
    )
    const made = model.apply(Object.fromEntries(tensors), Object.fromEntries(values)).outputs
    if (made.length !== outputs.length) throw new Error(`${made.length} outputs, must be ${outputs.length}`)
    return Math.max(
      ...made.flatMap(({ output }, index) => {
        const found = output.dataSync()
        const must = outputs[index]!
        if (output.shape.join() !== must.shape.join()) throw new Error(`${output.shape}, must be ${must.shape}`)
        return must.values.map((value, at) => Math.abs(value - found[at]!))
      }),
    )
  })
}
