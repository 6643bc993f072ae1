/** The program of a trained model that is exported, with the names of its outputs. */
import { inputShapes } from '../../base/form.js'
import { type ClassRbm, withoutLabels } from '../../model/rbm/class-rbm.js'
import type { Rbm } from '../../model/rbm/rbm.js'
import { networkInference, rbmInference } from '../../program/inference.js'
import type { Program } from '../../program/program.js'
import type { TrainedModel } from '../open-model.js'

/** Name of the output of an RBM. */
const HIDDEN = 'hidden'

/**
 * The outputs of a network have the names of their layers. An RBM outputs the means of its hidden units, and with labels
 * the probability of each under the name of the target.
 */
export function inferenceOf({ network, model, form }: TrainedModel): Program {
  const shapes = inputShapes(form)
  const taken = new Set(Object.keys(shapes))
  if (network) {
    return networkInference(
      network,
      network.outputs.map(({ name }) => freeName(name, taken)),
    )
  }
  const labelled = 'classes' in model ? (model as ClassRbm) : null
  const rbm = labelled ? withoutLabels(labelled) : (model as Rbm)
  const [hidden, labels] = [HIDDEN, Object.keys(form.targets)[0] ?? ''].map((name) => freeName(name, taken))
  return rbmInference({ rbm, labelled }, shapes, { hidden: hidden!, labels: labels! })
}

/** An output that has the name of an input gets another, because in ONNX a name stands for one value. */
function freeName(wanted: string, taken: Set<string>): string {
  const name = taken.has(wanted) ? freeName(`${wanted}_output`, taken) : wanted
  taken.add(name)
  return name
}
