/** One training step by backpropagation: forward, loss, gradients, the optimizer's update. */
import * as tf from '@tensorflow/tfjs-core'
import { sizeOf } from '../base/shape.js'
import type { Model, Prediction } from '../model/model.js'
import type { OptimizerSpec } from '../spec/spec.js'
import { buildOptimizer } from './optimizers/registry.js'
import type { BatchInput, Program, ScalarInput, Slot, Tensors } from './program.js'

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

export const ITERATIONS: ScalarInput = { kind: 'scalar', name: 'iterations' }
const LEARNING_RATE: ScalarInput = { kind: 'scalar', name: 'learning_rate' }

/** Steps down the gradient of the mean loss; gives what `measure` gives, from before the update. */
export function backpropagation({ model, optimizer: spec, x, targets, measure }: BackpropagationOptions): Program {
  const optimizer = buildOptimizer(spec)
  const slotsOf = (weight: Slot): Slot[] =>
    optimizer.slots.map((slot) => ({
      name: slotName(weight, slot),
      shape: weight.shape,
      role: 'optimizer',
      initial: () => new Float32Array(sizeOf(weight.shape)),
    }))
  return {
    state: [...model.weights, ...model.weights.flatMap(slotsOf)],
    inputs: [x, ...targets, LEARNING_RATE, ITERATIONS, ...model.noise],
    run(state, inputs) {
      let outputs: Tensors = {}
      const given = inputs[x.name]!
      const meanLoss = (...values: tf.Tensor[]): tf.Scalar => {
        const weights = Object.fromEntries(model.weights.map(({ name }, index) => [name, values[index]!]))
        outputs = measure(inputs, model.apply(given, weights, { noise: inputs }))
        for (const output of Object.values(outputs)) tf.keep(output)
        return tf.div(outputs.loss!, given.shape[0]!)
      }
      const gradients = tf.grads(meanLoss)(model.weights.map(({ name }) => state[name]!))
      const next: Record<string, tf.Tensor> = {}
      for (const [index, weight] of model.weights.entries()) {
        const updated = optimizer.update({
          weight: state[weight.name]!,
          gradient: gradients[index]!,
          slots: Object.fromEntries(optimizer.slots.map((slot) => [slot, state[slotName(weight, slot)]!])),
          learningRate: inputs.learning_rate as tf.Scalar,
          iterations: inputs.iterations as tf.Scalar,
        })
        next[weight.name] = updated.weight
        for (const [slot, value] of Object.entries(updated.slots)) next[slotName(weight, slot)] = value
      }
      return { state: next, outputs }
    },
  }
}

const slotName = (weight: Slot, slot: string): string => `${weight.name}/${slot}`
