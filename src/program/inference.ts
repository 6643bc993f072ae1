/** The outputs of a trained model, without random numbers. */
import * as tf from '@tensorflow/tfjs-core'
import type { Named } from '../base/field.js'
import type { Shape } from '../base/shape.js'
import type { Slot } from '../base/slot.js'
import type { Tensors } from '../base/tensors.js'
import type { Model } from '../model/model.js'
import type { ClassRbm } from '../model/rbm/class-rbm.js'
import type { Rbm } from '../model/rbm/rbm.js'
import type { BatchInput, Program } from './program.js'

/** Inputs of shapes without the batch, by name, as float32 numbers that the data are prepared to. */
const inputsFor = (shapes: Named<Shape>): BatchInput[] =>
  Object.entries(shapes).map(([name, shape]) => ({
    kind: 'batch',
    name,
    shape: [null, ...shape],
    dtype: 'float32',
    divisor: 1,
  }))

const inference = (
  shapes: Named<Shape>,
  state: readonly Slot[],
  outputs: (inputs: Tensors, state: Tensors) => Tensors,
): Program => ({
  state,
  inputs: inputsFor(shapes),
  keepsState: true,
  run: (state, inputs) => ({ state: {}, outputs: outputs(inputs, state) }),
})

/** Outputs what a network gives, (batch, ...shape), under these names, in the order of its outputs. */
export const networkInference = (model: Model, names: readonly string[]): Program =>
  inference(model.inputs, model.weights, (inputs, state) => {
    const { outputs } = model.apply(inputs, state)
    return Object.fromEntries(names.map((name, index) => [name, outputs[index]!.output]))
  })

/**
 * Outputs the means of the hidden units given each sample, (batch, hidden), and the probability of each label, (batch,
 * classes), if the RBM has labels.
 */
export const rbmInference = (
  { rbm, labelled }: { readonly rbm: Rbm; readonly labelled: ClassRbm | null },
  shapes: Named<Shape>,
  names: { readonly hidden: string; readonly labels: string },
): Program =>
  inference(shapes, (labelled ?? rbm).weights, (inputs, state) => {
    const sample = Object.values(inputs)[0] as tf.Tensor2D
    return {
      [names.hidden]: rbm.hiddenGiven(sample, state).mean,
      ...(labelled && { [names.labels]: tf.softmax(labelled.logits(sample, state)) }),
    }
  })
