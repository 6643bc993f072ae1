/** Programs of a network with targets: training by backpropagation, evaluation, and the outputs of every layer. */
import * as tf from '@tensorflow/tfjs-core'
import type { Named } from '../base/field.js'
import { type DataForm, WEIGHT } from '../base/form.js'
import type { Mode } from '../base/mode.js'
import type { Tensors } from '../base/tensors.js'
import type { Applied, Model } from '../model/model.js'
import { type FoundTarget, targetOf, targetTensor } from '../model/targets.js'
import type { OutputSpec } from '../spec/outputs.js'
import type { OptimizerSpec } from '../spec/spec.js'
import { backpropagation } from './backpropagation.js'
import { ITERATIONS } from './descent.js'
import type { LearningPrograms } from './learning-programs.js'
import { type Measured, meanOver } from './measured.js'
import { type ClassWeights, type MeasuredOutput, measureOutput } from './output.js'
import type { BatchInput, Program } from './program.js'
import { samplesOf, targetInput, tensorsOf, WEIGHTS } from './samples.js'

export interface SupervisedOptions {
  readonly model: Model
  readonly form: DataForm
  /** In the order of the model's outputs. */
  readonly outputs: readonly OutputSpec[]
  readonly optimizer: OptimizerSpec
  readonly classWeight: ClassWeights | null
}

/** Entries of these programs in a history: `loss`, then the measures of each output. */
export function supervisedMeasures(options: Omit<SupervisedOptions, 'optimizer'>): readonly Measured[] {
  const each = measuredOutputs(options).flatMap(({ measured }) => measured)
  return options.outputs.length === 1 && options.outputs[0]!.name === null ? each : [meanOver('loss'), ...each]
}

/**
 * The programs of a step and `evaluate` output what `supervisedMeasures` needs: sums over a batch of the loss and of
 * each metric's parts. `inspect` outputs every layer's output in a training pass, and the loss. There is a `lookups` if
 * layers look up rows by computed indices (`Model.lookups`).
 */
export function supervisedPrograms(options: SupervisedOptions): LearningPrograms {
  const { model, form, optimizer } = options
  const samples = samplesOf(form)
  const read = [...Object.values(samples), ...targetsOf(options).map(targetInput), ...(form.weights ? [WEIGHTS] : [])]
  const given = read.filter(({ name }, index) => read.findIndex((one) => one.name === name) === index)
  const { sums, loss } = measuring(options)
  const steps = backpropagation({
    model,
    optimizer,
    samples,
    inputs: given,
    measure: (inputs, applied) => sums(inputs, applied, 'training'),
  })

  const evaluate: Program = {
    state: model.weights,
    inputs: given,
    keepsState: true,
    run: (state, inputs) => ({
      state: {},
      outputs: sums(inputs, model.apply(tensorsOf(samples, inputs), state), 'evaluation'),
    }),
  }

  const inspect: Program = {
    state: model.weights,
    inputs: [...given, ITERATIONS, ...model.noise],
    keepsState: true,
    run(state, inputs) {
      const outputs: Record<string, tf.Tensor> = {}
      const visit = (layer: string, value: tf.Tensor) => {
        outputs[layer] = value
      }
      const applied = model.apply(tensorsOf(samples, inputs), state, { noise: inputs, visit })
      outputs.loss = loss(inputs, applied, 'training')
      return { state: {}, outputs }
    },
  }
  return { ...steps, evaluate, inspect, ...(model.lookups.length > 0 && { lookups: lookupsProgram(model, samples) }) }
}

/**
 * Outputs the indices by which rows are looked up, in a training pass and in an evaluation pass. Names are `training/`
 * or `evaluation/` and the name of the call that computes them.
 */
function lookupsProgram(model: Model, samples: Named<BatchInput>): Program {
  const sources = new Set(model.lookups.map(({ source }) => source))
  return {
    state: model.weights,
    inputs: [...Object.values(samples), ITERATIONS, ...model.noise],
    keepsState: true,
    run(state, inputs) {
      const outputs: Record<string, tf.Tensor> = {}
      const seen = (mode: Mode) => (layer: string, value: tf.Tensor) => {
        if (sources.has(layer)) outputs[`${mode}/${layer}`] = value
      }
      const given = tensorsOf(samples, inputs)
      model.apply(given, state, { noise: inputs, visit: seen('training') })
      model.apply(given, state, { visit: seen('evaluation') })
      return { state: {}, outputs }
    },
  }
}

/** The target of each output. */
const targetsOf = ({ model, form, outputs }: Omit<SupervisedOptions, 'optimizer'>): readonly FoundTarget[] =>
  outputs.map(({ name, target }, index) => targetOf(target, name ?? model.outputs[index]!.name, form))

const measuredOutputs = (options: Omit<SupervisedOptions, 'optimizer'>): readonly MeasuredOutput[] => {
  const { model, outputs, classWeight } = options
  const targets = targetsOf(options)
  return outputs.map(({ prefix, loss, metrics }, index) =>
    measureOutput({
      prefix,
      ...model.outputs[index]!,
      target: targets[index]!.target,
      loss,
      metrics,
      classWeight,
    }),
  )
}

/** Measures of a step: sums over a batch by history key, and the total loss of all outputs. */
function measuring(options: SupervisedOptions) {
  const { outputs } = options
  const found = targetsOf(options)
  const measured = measuredOutputs(options)
  const targets = (given: Tensors) => found.map((target) => targetTensor(target, given[target.key]!))
  /** Weighted sum of the outputs' losses, plus the regularization of the mean loss times the batch size. */
  const total = (losses: readonly tf.Tensor[], { penalty, output }: Applied): tf.Tensor => {
    const weighted = losses.map((loss, index) => {
      const { loss_weight } = outputs[index]!
      return loss_weight === 1 ? loss : tf.mul(loss, loss_weight)
    })
    const sum = weighted.reduce((all, one) => tf.add(all, one))
    return penalty ? tf.add(sum, tf.mul(penalty, output.shape[0]!)) : sum
  }
  return {
    sums(inputs: Tensors, applied: Applied, mode: Mode): Tensors {
      const given = targets(inputs)
      const rest = { mode, weights: inputs[WEIGHT] }
      const each = measured.map((output, index) =>
        output.sums({ ...rest, given: given[index]!, prediction: applied.outputs[index]! }),
      )
      const losses = each.map((sums, index) => sums[`${outputs[index]!.prefix}loss`]!)
      return { ...Object.assign({}, ...each), loss: total(losses, applied) }
    },
    loss(inputs: Tensors, applied: Applied, mode: Mode): tf.Tensor {
      const given = targets(inputs)
      const rest = { mode, weights: inputs[WEIGHT] }
      const losses = measured.map((output, index) =>
        output.loss({ ...rest, given: given[index]!, prediction: applied.outputs[index]! }),
      )
      return total(losses, applied)
    },
  }
}
