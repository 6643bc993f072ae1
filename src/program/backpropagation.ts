/** Training by backpropagation: forward, loss, gradients. */
import * as tf from '@tensorflow/tfjs-core'
import type { Named } from '../base/field.js'
import type { Tensors } from '../base/tensors.js'
import { type Applied, learns, type Model } from '../model/model.js'
import type { OptimizerSpec } from '../spec/spec.js'
import { type DescentPrograms, descent } from './descent.js'
import type { BatchInput } from './program.js'
import { tensorsOf } from './samples.js'
import { slopes } from './slopes.js'

/** Returns sums over the samples of a batch by history key. `loss` is among them and includes regularization. */
export type Measure = (inputs: Tensors, applied: Applied) => Tensors

export interface BackpropagationOptions {
  readonly model: Model
  readonly optimizer: OptimizerSpec
  /** The inputs of the model, by name. */
  readonly samples: Named<BatchInput>
  /** These and the other inputs that `measure` needs, such as labels. */
  readonly inputs: readonly BatchInput[]
  readonly measure: Measure
}

/**
 * Programs that descend the gradient of the mean loss. They output what `measure` returns, with the weights before the
 * update.
 */
export function backpropagation({
  model,
  optimizer,
  samples,
  inputs: given,
  measure,
}: BackpropagationOptions): DescentPrograms {
  const trained = model.weights.filter(learns)
  return descent({
    optimizer,
    weights: trained,
    untrained: model.weights.filter((weight) => !learns(weight)),
    inputs: [...given, ...model.noise],
    gradients(state, inputs) {
      const x = tensorsOf(samples, inputs)
      const [batch] = Object.values(x)[0]!.shape
      return slopes(trained, state, (weights) => {
        const applied = model.apply(x, weights, { noise: inputs })
        const outputs = measure(inputs, applied)
        return { loss: tf.div(outputs.loss!, batch!), updates: applied.updates, outputs }
      })
    },
  })
}
