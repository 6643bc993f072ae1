/** The programs of a network with labels: a training step by backpropagation, evaluation, and a look at every layer. */
import * as tf from '@tensorflow/tfjs-core'
import type { DataInfo } from '../data/dataset.js'
import type { Applied, Model } from '../model/model.js'
import type { FitSpec, LossSpec, MetricSpec, OptimizerSpec } from '../spec/spec.js'
import { backpropagation } from './backpropagation.js'
import { type DescentPrograms, ITERATIONS } from './descent.js'
import type { Measured } from './measured.js'
import { type MeasuredOutput, measureOutput } from './output.js'
import type { BatchInput, Program, Tensors } from './program.js'

export interface SupervisedOptions {
  readonly model: Model
  readonly info: DataInfo
  readonly loss: LossSpec
  readonly metrics: readonly MetricSpec[]
  readonly optimizer: OptimizerSpec
  readonly fit: Pick<FitSpec, 'class_weight'>
}

/**
 * The programs of a step and `evaluate` give what `supervisedMeasures` needs: sums over the batch's samples of the loss
 * and of what each metric counts. `inspect` gives the output of every layer in a training pass, then the loss.
 */
export interface SupervisedPrograms extends DescentPrograms {
  readonly evaluate: Program
  readonly inspect: Program
}

/** What a history has of these programs: `loss`, then the metrics. */
export const supervisedMeasures = (options: Omit<SupervisedOptions, 'optimizer'>): readonly Measured[] =>
  outputOf(options).measured

export function supervisedPrograms(options: SupervisedOptions): SupervisedPrograms {
  const { model, info, optimizer } = options
  const x: BatchInput = {
    kind: 'batch',
    name: 'x',
    shape: [null, ...model.inputShape],
    dtype: 'float32',
    divisor: info.divisor,
  }
  const y: BatchInput = { kind: 'batch', name: 'y', shape: [null], dtype: 'int32', divisor: 1, below: info.classes }
  const output = outputOf(options)
  const steps = backpropagation({
    model,
    optimizer,
    x,
    targets: [y],
    measure: (inputs, applied) => penalized(output.sums(inputs.y!, applied, 'training'), applied),
  })

  const evaluated = (labels: tf.Tensor, applied: Applied) =>
    penalized(output.sums(labels, applied, 'evaluation'), applied)
  const evaluate: Program = {
    state: model.weights,
    inputs: [x, y],
    run: (state, inputs) => ({
      state: {},
      outputs: evaluated(inputs.y!, model.apply(inputs.x!, state)),
    }),
  }

  const inspect: Program = {
    state: model.weights,
    inputs: [x, y, ITERATIONS, ...model.noise],
    run(state, inputs) {
      const outputs: Record<string, tf.Tensor> = {}
      const visit = (layer: string, value: tf.Tensor) => {
        outputs[layer] = value
      }
      const applied = model.apply(inputs.x!, state, { noise: inputs, visit })
      outputs.loss = penalized({ loss: output.loss(inputs.y!, applied, 'training') }, applied).loss!
      return { state: {}, outputs }
    },
  }
  return { ...steps, evaluate, inspect }
}

/** With what regularizers add to the mean loss. */
const penalized = (sums: Tensors, { penalty, output }: Applied): Tensors =>
  penalty ? { ...sums, loss: tf.add(sums.loss!, tf.mul(penalty, output.shape[0]!)) } : sums

/** The model's only output. */
const outputOf = ({ model, info, loss, metrics, fit }: Omit<SupervisedOptions, 'optimizer'>): MeasuredOutput =>
  measureOutput({
    prefix: '',
    shape: model.outputShape,
    classes: info.classes,
    loss,
    metrics,
    classWeight: fit.class_weight,
  })
