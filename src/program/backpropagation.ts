/** Training by backpropagation: forward, loss, gradients. */
import * as tf from '@tensorflow/tfjs-core'
import type { Model, Prediction } from '../model/model.js'
import type { OptimizerSpec } from '../spec/spec.js'
import { type DescentPrograms, descent } from './descent.js'
import type { BatchInput, Tensors } from './program.js'

/** Sums over a batch's samples, by history key; `loss` is among them. */
export type Measure = (inputs: Tensors, prediction: Prediction) => Tensors

export interface BackpropagationOptions {
  readonly model: Model
  readonly optimizer: OptimizerSpec
  /** What the model sees, and whatever else `measure` needs, such as labels. */
  readonly x: BatchInput
  readonly targets: readonly BatchInput[]
  readonly measure: Measure
}

/** Steps down the gradient of the mean loss; gives what `measure` gives, from before the update. */
export function backpropagation({ model, optimizer, x, targets, measure }: BackpropagationOptions): DescentPrograms {
  return descent({
    optimizer,
    weights: model.weights,
    inputs: [x, ...targets, ...model.noise],
    gradients(state, inputs) {
      let outputs: Tensors = {}
      const given = inputs[x.name]!
      const meanLoss = (...values: tf.Tensor[]): tf.Scalar => {
        const weights = Object.fromEntries(model.weights.map(({ name }, index) => [name, values[index]!]))
        outputs = measure(inputs, model.apply(given, weights, { noise: inputs }))
        for (const output of Object.values(outputs)) tf.keep(output)
        return tf.div(outputs.loss!, given.shape[0]!)
      }
      const gradients = tf.grads(meanLoss)(model.weights.map(({ name }) => state[name]!))
      return { gradients, outputs }
    },
  })
}
