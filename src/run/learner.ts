/** Makes what training needs from a spec: the model, its programs, the programs of a step, and the measures. */
import type { EpochLengths } from '../base/epoch.js'
import { classesOf, type DataForm, inputShapes, soleInput } from '../base/form.js'
import { sizeOf } from '../base/shape.js'
import { buildModel, learns, type Model } from '../model/model.js'
import { buildClassRbm, type ClassRbm, withoutLabels } from '../model/rbm/class-rbm.js'
import { buildRbm, type Rbm, type VisibleMeans } from '../model/rbm/rbm.js'
import { classContrastivePrograms } from '../program/class-contrastive.js'
import { contrastivePrograms } from '../program/contrastive.js'
import { resting, type StepPlan, stepPlan } from '../program/descent.js'
import type { LearningPrograms } from '../program/learning-programs.js'
import type { Measured } from '../program/measured.js'
import { soleLabels, soleSamples } from '../program/samples.js'
import { supervisedMeasures, supervisedPrograms } from '../program/supervised.js'
import { outputsOf } from '../spec/outputs.js'
import { labelsOf } from '../spec/rbm.js'
import { isSupervised, type StageSpec } from '../spec/spec.js'

export type Learner = {
  readonly programs: LearningPrograms
  readonly plan: StepPlan
  /** The measures in the history, `loss` first. */
  readonly measured: readonly Measured[]
} & (
  | { readonly kind: 'network'; readonly model: Model }
  | { readonly kind: 'rbm'; readonly model: Rbm; readonly unlabelled: Rbm; readonly labelled: ClassRbm | null }
)

/** True if training uses the labels of the data. False for an autoencoder and for an RBM without labels. */
export const learnsLabels = (spec: StageSpec): boolean =>
  isSupervised(spec) ? outputsOf(spec).some(({ target }) => target.type !== 'input') : labelsOf(spec.training) !== null

type Lengths = Pick<EpochLengths, 'batchSize' | 'stepsPerEpoch'>

/** Builds the learner of a spec. `means` gives the means of the training data; it is called only for initial values. */
export function learnerOf(spec: StageSpec, form: DataForm, lengths: Lengths, means: VisibleMeans): Learner {
  const { seed, optimizer } = spec
  if (!isSupervised(spec)) {
    const { shape, values } = soleInput(form)
    const visibleUnits = sizeOf(shape)
    const x = soleSamples(form)
    const { training, metrics } = spec
    const labels = labelsOf(training)
    if (labels) {
      const model = buildClassRbm(spec.model, { visibleUnits, classes: classesOf(form) }, seed, means)
      const options = { rbm: model, labels, training, optimizer, metrics, x, y: soleLabels(form), ...lengths }
      const seen = { unlabelled: withoutLabels(model), labelled: model }
      return { kind: 'rbm', model, ...seen, ...classContrastivePrograms(options) }
    }
    const model = buildRbm(spec.model, visibleUnits, seed, means)
    const options = { rbm: model, training, optimizer, metrics, seed, x, values, means, ...lengths }
    return { kind: 'rbm', model, unlabelled: model, labelled: null, ...contrastivePrograms(options) }
  }
  const outputs = outputsOf(spec)
  const model = buildModel(spec.model, inputShapes(form), seed, outputs)
  const descending = model.weights.some(learns) ? optimizer : resting(optimizer)
  const options = { model, form, outputs, optimizer: descending, fit: spec.fit }
  return {
    kind: 'network',
    model,
    programs: supervisedPrograms(options),
    plan: stepPlan(descending),
    measured: supervisedMeasures(options),
  }
}
