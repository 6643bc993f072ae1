/** The programs of a network with labels: a training step by backpropagation, evaluation, and a look at every layer. */
import * as tf from '@tensorflow/tfjs-core'
import type { DataInfo } from '../data/dataset.js'
import { LOSSES } from '../model/losses.js'
import { metricFor } from '../model/metrics.js'
import type { Model } from '../model/model.js'
import { encodeTarget, fittingForm, type TargetForm } from '../model/targets.js'
import type { LossSpec, MetricName, OptimizerSpec } from '../spec/spec.js'
import { buildOptimizer } from './optimizers/registry.js'
import type { BatchInput, Program, ScalarInput, Slot, Tensors } from './program.js'

export interface SupervisedOptions {
  readonly model: Model
  readonly info: DataInfo
  readonly loss: LossSpec
  readonly metrics: readonly MetricName[]
  readonly optimizer: OptimizerSpec
}

/**
 * `train` and `evaluate` give, by history key, the sum over the batch's samples of the loss and of each metric.
 * `inspect` gives the output of every layer in a training pass, then the loss.
 */
export interface SupervisedPrograms {
  readonly train: Program
  readonly evaluate: Program
  readonly inspect: Program
}

const LEARNING_RATE: ScalarInput = { kind: 'scalar', name: 'learning_rate' }
const ITERATIONS: ScalarInput = { kind: 'scalar', name: 'iterations' }

export function supervisedPrograms(options: SupervisedOptions): SupervisedPrograms {
  const { model, info } = options
  const x: BatchInput = {
    kind: 'batch',
    name: 'x',
    shape: [null, ...model.inputShape],
    dtype: 'float32',
    divisor: info.divisor,
  }
  const y: BatchInput = { kind: 'batch', name: 'y', shape: [null], dtype: 'int32', divisor: 1 }
  const measure = measures(options)
  const lossSum = (labels: tf.Tensor, prediction: tf.Tensor) => measure(labels, prediction, ['loss']).loss!
  const optimizer = buildOptimizer(options.optimizer)
  const slotsOf = (weight: Slot): Slot[] =>
    optimizer.slots.map((slot) => ({
      name: slotName(weight, slot),
      shape: weight.shape,
      role: 'optimizer',
      initial: () => new Float32Array(tf.util.sizeFromShape([...weight.shape])),
    }))

  const train: Program = {
    state: [...model.weights, ...model.weights.flatMap(slotsOf)],
    inputs: [x, y, LEARNING_RATE, ITERATIONS, ...model.noise],
    run(state, inputs) {
      let outputs: Tensors = {}
      const batch = inputs.y!.shape[0]!
      const meanLoss = (...values: tf.Tensor[]): tf.Scalar => {
        const weights = Object.fromEntries(model.weights.map(({ name }, index) => [name, values[index]!]))
        const prediction = model.apply(inputs.x!, weights, { noise: inputs })
        outputs = measure(inputs.y!, prediction)
        for (const output of Object.values(outputs)) tf.keep(output)
        return tf.div(outputs.loss!, batch)
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

  const evaluate: Program = {
    state: model.weights,
    inputs: [x, y],
    run: (state, inputs) => ({ state: {}, outputs: measure(inputs.y!, model.apply(inputs.x!, state)) }),
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
      outputs.loss = lossSum(inputs.y!, prediction)
      return { state: {}, outputs }
    },
  }
  return { train, evaluate, inspect }
}

const slotName = (weight: Slot, slot: string): string => `${weight.name}/${slot}`

/** Sums over a batch of the loss and the metrics, by history key. */
function measures({ model, info, loss, metrics }: SupervisedOptions) {
  const { outputShape } = model
  const fitting = fittingForm(outputShape, info.classes)
  const entries = [
    { key: 'loss', ...pick(LOSSES[loss.type]) },
    ...metrics.map((name) => ({ key: name, ...pick(metricFor(name, outputShape)) })),
  ]
  return (labels: tf.Tensor, prediction: tf.Tensor, keys = entries.map(({ key }) => key)): Record<string, tf.Tensor> => {
    const targets = new Map<TargetForm, tf.Tensor>()
    const targetIn = (form: TargetForm): tf.Tensor => {
      const target = targets.get(form) ?? encodeTarget(labels, form, info.classes)
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

const pick = ({ target, perSample }: { target: TargetForm | 'fitting'; perSample: (t: tf.Tensor, p: tf.Tensor) => tf.Tensor }) => ({
  target,
  perSample,
})
