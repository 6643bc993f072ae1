/** Predictions of models for rows of their data, by which another program's are judged. */
import * as tf from '@tensorflow/tfjs-core'
import { inputKey, inputShapes } from '../../src/base/form.js'
import type { Shape } from '../../src/base/shape.js'
import { batches } from '../../src/data/batches.js'
import type { Data } from '../../src/data/data.js'
import type { Model } from '../../src/model/model.js'
import type { TrainedModel } from '../../src/run/open-model.js'
import { expectClose } from './close.js'

export interface PlainArray {
  readonly shape: Shape
  readonly values: readonly number[]
}

/** A network, and what it predicts for. */
export interface Predicting {
  readonly trained: TrainedModel & { readonly network: Model }
  /** In the order of the inputs of the model. */
  readonly inputs: readonly PlainArray[]
}

/** The inputs of a model for some rows of its data. */
export async function firstInputs({ form }: TrainedModel, data: Data, rows: number): Promise<readonly PlainArray[]> {
  const [table] = [data.test, data.train].filter(({ count }) => count > 0)
  const { value } = await batches(table!, { batchSize: rows }).next()
  const shapes = inputShapes(form)
  return Object.entries(form.inputs).map(([name, { divisor }]) => {
    const stored = value.arrays[inputKey(name)]! as Float32Array
    return { shape: [rows, ...shapes[name]!], values: Array.from(stored, (given) => Math.fround(given / divisor)) }
  })
}

/** The outputs of another program are ours to 1e-5. */
export function expectOutputs({ trained, inputs }: Predicting, found: readonly ArrayLike<number>[]): void {
  const { network, weights } = trained
  const tensor = ({ shape, values }: { shape: Shape; values: ArrayLike<number> }) =>
    tf.tensor(Float32Array.from(values), [...shape])
  const outputs = tf.tidy(() => {
    const given = Object.fromEntries(Object.keys(network.inputs).map((name, index) => [name, tensor(inputs[index]!)]))
    const values = network.weights.map(({ name, shape }) => [name, tensor({ shape, values: weights[name]! })])
    return network.apply(given, Object.fromEntries(values)).outputs.map(({ output }) => Array.from(output.dataSync()))
  })
  for (const [index, values] of outputs.entries()) {
    expectClose(found[index]!, values, `output ${index}`, { relative: 1e-5, absolute: 1e-5 })
  }
}
