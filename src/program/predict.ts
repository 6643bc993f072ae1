/** Programs that compute the outputs of a trained model. */
import * as tf from '@tensorflow/tfjs-core'
import type { Named } from '../base/field.js'
import type { Slot } from '../base/slot.js'
import type { Model } from '../model/model.js'
import type { ClassRbm } from '../model/rbm/class-rbm.js'
import type { BatchInput, Program } from './program.js'
import { tensorsOf } from './samples.js'

/** The function that makes probabilities of the logits of an output. */
export type Squashing = 'softmax' | 'sigmoid' | null

export interface PredictOptions {
  readonly model: Model
  /** Slots with trained values. */
  readonly weights: readonly Slot[]
  /** The inputs of the model, by name. */
  readonly samples: Named<BatchInput>
  /** The outputs by name, with the place of each among those of the model. */
  readonly outputs: readonly { readonly name: string; readonly squashing: Squashing }[]
}

/** Outputs each output of the model, (batch, ...shape), under its name. */
export function predictProgram({ model, weights, samples, outputs }: PredictOptions): Program {
  return {
    state: weights,
    inputs: Object.values(samples),
    keepsState: true,
    run(state, inputs) {
      const applied = model.apply(tensorsOf(samples, inputs), state)
      const each = outputs.map(({ name, squashing }, index) => [
        name,
        squash(applied.outputs[index]!.output, squashing),
      ])
      return { state: {}, outputs: Object.fromEntries(each) }
    },
  }
}

const squash = (output: tf.Tensor, squashing: Squashing): tf.Tensor =>
  squashing === 'softmax' ? tf.softmax(output) : squashing === 'sigmoid' ? tf.sigmoid(output) : output

/** Outputs the output of one layer, (batch, ...shape), under its name. */
export function layerProgram({ model, weights, samples }: Omit<PredictOptions, 'outputs'>, layer: string): Program {
  return {
    state: weights,
    inputs: Object.values(samples),
    keepsState: true,
    run(state, inputs) {
      const found: tf.Tensor[] = []
      const visit = (name: string, output: tf.Tensor) => {
        if (name === layer) found.push(output)
      }
      model.apply(tensorsOf(samples, inputs), state, { visit })
      return { state: {}, outputs: { [layer]: found[0]! } }
    },
  }
}

/** Outputs p(y | v) of an RBM with labels, (batch, classes), under this name. */
export const labelsProgram = (rbm: ClassRbm, weights: readonly Slot[], x: BatchInput, name: string): Program => ({
  state: weights,
  inputs: [x],
  keepsState: true,
  run: (state, inputs) => ({
    state: {},
    outputs: { [name]: tf.softmax(rbm.logits(inputs[x.name] as tf.Tensor2D, state)) },
  }),
})
