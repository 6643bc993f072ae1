/** The programs of a network with labels: a training step by backpropagation, evaluation, and a look at every layer. */
import * as tf from '@tensorflow/tfjs-core'
import type { DataInfo } from '../data/dataset.js'
import { LOSSES, lossPerSample } from '../model/losses.js'
import { metricFor } from '../model/metrics.js'
import type { Model, Prediction } from '../model/model.js'
import { encodeTarget, fittingForm, type TargetForm } from '../model/targets.js'
import type { LossSpec, MetricName, OptimizerSpec } from '../spec/spec.js'
import { backpropagation } from './backpropagation.js'
import { type DescentPrograms, ITERATIONS } from './descent.js'
import type { BatchInput, Program, Tensors } from './program.js'

export interface SupervisedOptions {
  readonly model: Model
  readonly info: DataInfo
  readonly loss: LossSpec
  readonly metrics: readonly MetricName[]
  readonly optimizer: OptimizerSpec
}

/**
 * The programs of a step and `evaluate` give, by history key, the sum over the batch's samples of the loss and of each
 * metric. `inspect` gives the output of every layer in a training pass, then the loss.
 */
export interface SupervisedPrograms extends DescentPrograms {
  readonly evaluate: Program
  readonly inspect: Program
}

export function supervisedPrograms(options: SupervisedOptions): SupervisedPrograms {
  const { model, info, optimizer } = options
  const x: BatchInput = {
    kind: 'batch',
    name: 'x',
    shape: [null, ...model.inputShape],
    dtype: 'float32',
    divisor: info.divisor,
  }
  const y: BatchInput = { kind: 'batch', name: 'y', shape: [null], dtype: 'int32', divisor: 1 }
  const measure = measures(options)
  const steps = backpropagation({ model, optimizer, x, targets: [y], measure })

  const evaluate: Program = {
    state: model.weights,
    inputs: [x, y],
    run: (state, inputs) => ({ state: {}, outputs: measure(inputs, model.apply(inputs.x!, state)) }),
  }

  const inspect: Program = {
    state: model.weights,
    inputs: [x, y, ITERATIONS, ...model.noise],
    run(state, inputs) {
      const outputs: Record<string, tf.Tensor> = {}
      const visit = (layer: string, output: tf.Tensor) => {
        outputs[layer] = output
      }
      const prediction = model.apply(inputs.x!, state, { noise: inputs, visit })
      outputs.loss = measure(inputs, prediction, ['loss']).loss!
      return { state: {}, outputs }
    },
  }
  return { ...steps, evaluate, inspect }
}

interface Entry {
  readonly key: string
  readonly target: TargetForm | 'fitting'
  perSample(target: tf.Tensor, prediction: Prediction): tf.Tensor
}

/** Sums over a batch of the loss and the metrics, by history key. */
function measures({ model, info, loss, metrics }: SupervisedOptions) {
  const { outputShape } = model
  const fitting = fittingForm(outputShape, info.classes)
  const measured = LOSSES[loss.type]
  const entries: readonly Entry[] = [
    {
      key: 'loss',
      target: measured.target,
      perSample: (target, prediction) => lossPerSample(measured, target, prediction),
    },
    ...metrics.map((name) => {
      const { target, perSample } = metricFor(name, outputShape)
      return { key: name, target, perSample: (truth: tf.Tensor, { output }: Prediction) => perSample(truth, output) }
    }),
  ]
  return (inputs: Tensors, prediction: Prediction, keys = entries.map(({ key }) => key)): Record<string, tf.Tensor> => {
    const targets = new Map<TargetForm, tf.Tensor>()
    const targetIn = (form: TargetForm): tf.Tensor => {
      const target = targets.get(form) ?? encodeTarget(inputs.y!, form, info.classes)
      targets.set(form, target)
      return target
    }
    return Object.fromEntries(
      entries
        .filter(({ key }) => keys.includes(key))
        .map(({ key, target, perSample }) => {
          const form = target === 'fitting' ? fitting : target
          if (form === null) throw new Error(`internal: no target form for ${key}`)
          return [key, tf.sum(perSample(targetIn(form), prediction))]
        }),
    )
  }
}
