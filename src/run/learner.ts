/** Makes what training needs from a spec: the model, its programs, the programs of a step, and the measures. */
import type { EpochLengths } from '../base/epoch.js'
import { classesOf, type DataForm, inputShapes, soleInput } from '../base/form.js'
import { sizeOf } from '../base/shape.js'
import type { StateValues } from '../engine/engine.js'
import { buildModel, learns, type Model } from '../model/model.js'
import { buildClassRbm, type ClassRbm, withoutLabels } from '../model/rbm/class-rbm.js'
import { buildRbm, type Rbm, type VisibleMeans } from '../model/rbm/rbm.js'
import { targetOf } from '../model/targets.js'
import { classContrastivePrograms } from '../program/class-contrastive.js'
import { contrastivePrograms } from '../program/contrastive.js'
import { resting, type StepPlan, stepPlan } from '../program/descent.js'
import type { LearningPrograms } from '../program/learning-programs.js'
import type { Measured } from '../program/measured.js'
import { soleLabels, soleSamples } from '../program/samples.js'
import { supervisedMeasures, supervisedPrograms } from '../program/supervised.js'
import { type OutputSpec, outputsOf } from '../spec/outputs.js'
import { labelsOf } from '../spec/rbm.js'
import { isSupervised, type StageSpec } from '../spec/spec.js'
import { classWeightsOf } from './class-weights.js'

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

/** Facts about the training data that a learner needs. Each is called only if it is needed. */
export interface TrainingFacts {
  /** Means of the input, for initial values. */
  readonly means: VisibleMeans
  /** Number of rows of each class, in the field with this key. */
  classCounts(key: string, classes: number): ArrayLike<number>
}

/** Facts in place of those of data that are not read: the learner has the right form, but not its values. */
export const NO_FACTS: TrainingFacts = {
  means: () => [],
  classCounts: (_, classes) => new Float64Array(classes).fill(1),
}

/** Builds the learner of a spec. The weights in `first`, by their names in programs, begin with these values. */
export function learnerOf(
  spec: StageSpec,
  form: DataForm,
  lengths: Lengths,
  facts: TrainingFacts,
  first: StateValues = {},
): Learner {
  const { seed, optimizer } = spec
  const { means } = facts
  if (!isSupervised(spec)) {
    const { shape, values } = soleInput(form)
    const visibleUnits = sizeOf(shape)
    const x = soleSamples(form)
    const { training, metrics } = spec
    const labels = labelsOf(training)
    if (labels) {
      const model = beginning(buildClassRbm(spec.model, { visibleUnits, classes: classesOf(form) }, seed, means), first)
      const options = { rbm: model, labels, training, optimizer, metrics, x, y: soleLabels(form), ...lengths }
      const seen = { unlabelled: withoutLabels(model), labelled: model }
      return { kind: 'rbm', model, ...seen, ...classContrastivePrograms(options) }
    }
    const model = beginning(buildRbm(spec.model, visibleUnits, seed, means), first)
    const options = { rbm: model, training, optimizer, metrics, seed, x, values, means, ...lengths }
    return { kind: 'rbm', model, unlabelled: model, labelled: null, ...contrastivePrograms(options) }
  }
  const outputs = outputsOf(spec)
  const model = beginning(buildModel(spec.model, inputShapes(form), seed, outputs), first)
  const descending = model.weights.some(learns) ? optimizer : resting(optimizer)
  const classWeight = classWeightsOf(spec.fit, () => countsOf(outputs[0]!, model, form, facts))
  const options = { model, form, outputs, optimizer: descending, classWeight }
  return {
    kind: 'network',
    model,
    programs: supervisedPrograms(options),
    plan: stepPlan(descending),
    measured: supervisedMeasures(options),
  }
}

/** The model with other first values of some weights. */
const beginning = <Of extends Model | Rbm>(model: Of, first: StateValues): Of => ({
  ...model,
  weights: model.weights.map((slot) => {
    const values = first[slot.name]
    return values ? { ...slot, initial: () => Float32Array.from(values) } : slot
  }),
})

/** Number of rows of each class of the target of a model with one output. */
function countsOf({ target }: OutputSpec, model: Model, form: DataForm, { classCounts }: TrainingFacts): Float64Array {
  const { key, field, groups } = targetOf(target, model.outputs[0]!.name, form)
  const counts = Float64Array.from(classCounts(key, field.classes!))
  if (!groups) return counts
  const ofGroups = new Float64Array(Math.max(...groups) + 1)
  for (const [one, group] of groups.entries()) ofGroups[group]! += counts[one]!
  return ofGroups
}
