/** The program of a trained model that is exported, with the names of its inputs and outputs. */
import type { Named } from '../../base/field.js'
import { inputShapes } from '../../base/form.js'
import { type ClassRbm, withoutLabels } from '../../model/rbm/class-rbm.js'
import type { Rbm } from '../../model/rbm/rbm.js'
import { featuresProgram } from '../../program/mirror.js'
import { labelsProgram, predictProgram } from '../../program/predict.js'
import type { BatchInput, Program } from '../../program/program.js'
import { labelsOf } from '../../spec/rbm.js'
import { isSupervised } from '../../spec/spec.js'
import type { TrainedModel } from '../open-model.js'

/** Name of the output of an RBM. */
const HIDDEN = 'hidden'

/**
 * The outputs of a network have the names of their layers. An RBM outputs the means of its hidden units, and with labels
 * the probability of each under the name of the target. No output has the name of an input or one of `others`.
 */
export function inferenceOf({ spec, network, model, form }: TrainedModel, others: Iterable<string> = []): Program {
  const samples = samplesOf(form)
  const taken = new Set([...Object.keys(samples), ...others])
  if (network) {
    const outputs = network.outputs.map(({ name }) => ({ name: freeName(name, taken), squashing: null }))
    return predictProgram({ model: network, weights: network.weights, samples, outputs })
  }
  const [x] = Object.values(samples) as [BatchInput]
  const hidden = freeName(HIDDEN, taken)
  if (isSupervised(spec) || labelsOf(spec.training) === null) {
    return featuresProgram({ rbm: model as Rbm, weights: model.weights, x }, hidden)
  }
  const rbm = model as ClassRbm
  const labels = freeName(Object.keys(form.targets)[0]!, taken)
  return both(
    labelsProgram(rbm, rbm.weights, x, labels),
    featuresProgram({ rbm: withoutLabels(rbm), weights: rbm.weights, x }, hidden),
  )
}

/** The inputs of the model, as the float32 numbers that data are prepared to. */
const samplesOf = (form: TrainedModel['form']): Named<BatchInput> =>
  Object.fromEntries(
    Object.entries(inputShapes(form)).map(([name, shape]) => [
      name,
      { kind: 'batch', name, shape: [null, ...shape], dtype: 'float32', divisor: 1 },
    ]),
  )

/** Outputs what two programs of the same inputs and state output. */
const both = (one: Program, other: Program): Program => ({
  ...one,
  run: (state, inputs) => ({
    state: {},
    outputs: { ...one.run(state, inputs).outputs, ...other.run(state, inputs).outputs },
  }),
})

/** An output that has the name of an input gets another, because in ONNX a name stands for one value. */
function freeName(wanted: string, taken: Set<string>): string {
  const name = taken.has(wanted) ? freeName(`${wanted}_output`, taken) : wanted
  taken.add(name)
  return name
}
