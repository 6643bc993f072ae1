/** One training step by backpropagation: forward, loss, gradients, the optimizer's update. */
import * as tf from '@tensorflow/tfjs-core'
import { sizeOf } from '../base/shape.js'
import type { Applied, Model, Weight } from '../model/model.js'
import type { OptimizerSpec } from '../spec/spec.js'
import { buildOptimizer } from './optimizers/registry.js'
import type { BatchInput, Program, ScalarInput, Slot, Tensors } from './program.js'

/** Sums over a batch's samples, by history key; `loss` is among them, with what regularizers add. */
export type Measure = (inputs: Tensors, applied: Applied) => Tensors

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
  const trained = model.weights.filter(({ trainable }) => trainable)
  const slotsOf = (weight: Weight): Slot[] =>
    optimizer.slots.map((slot) => ({
      name: slotName(weight, slot),
      shape: weight.shape,
      role: 'optimizer',
      initial: () => new Float32Array(sizeOf(weight.shape)),
    }))
  return {
    state: [...model.weights, ...trained.flatMap(slotsOf)],
    inputs: [x, ...targets, LEARNING_RATE, ITERATIONS, ...model.noise],
    run(state, inputs) {
      let outputs: Tensors = {}
      let updates: Tensors = {}
      const given = inputs[x.name]!
      const meanLoss = (...values: tf.Tensor[]): tf.Scalar => {
        const weights = { ...state, ...Object.fromEntries(trained.map(({ name }, index) => [name, values[index]!])) }
        const applied = model.apply(given, weights, { noise: inputs })
        updates = applied.updates
        outputs = measure(inputs, applied)
        for (const value of [...Object.values(outputs), ...Object.values(updates)]) tf.keep(value)
        return tf.div(outputs.loss!, given.shape[0]!)
      }
      const gradients = tf.grads(meanLoss)(trained.map(({ name }) => state[name]!))
      const next: Record<string, tf.Tensor> = { ...updates }
      for (const [index, weight] of trained.entries()) {
        const updated = optimizer.update({
          weight: state[weight.name]!,
          gradient: gradients[index]!,
          slots: Object.fromEntries(optimizer.slots.map((slot) => [slot, state[slotName(weight, slot)]!])),
          learningRate: inputs.learning_rate as tf.Scalar,
          iterations: inputs.iterations as tf.Scalar,
        })
        next[weight.name] = weight.constraint ? weight.constraint(updated.weight) : updated.weight
        for (const [slot, value] of Object.entries(updated.slots)) next[slotName(weight, slot)] = value
      }
      return { state: next, outputs }
    },
  }
}

const slotName = (weight: Weight, slot: string): string => `${weight.name}/${slot}`
