/** A trained RBM out of the folder of a run. */
import { join } from 'node:path'
import { UserError } from '../base/issue.js'
import { type Shape, sizeOf } from '../base/shape.js'
import type { Slot } from '../base/slot.js'
import { dataInfo } from '../data/registry.js'
import type { StateValues } from '../engine/engine.js'
import { buildClassRbm, type ClassRbm, withoutLabels } from '../model/rbm/class-rbm.js'
import { buildRbm, type Rbm, type VisibleMeans } from '../model/rbm/rbm.js'
import type { Override } from '../spec/override.js'
import { labelsOf } from '../spec/rbm.js'
import { RUN_FILES } from '../spec/run-files.js'
import { isStacked, isUnsupervised, type ResolvedSpec, type UnsupervisedSpec } from '../spec/spec.js'
import { readRun, type StoredRun, weightsOf } from './open-run.js'

export interface TrainedRbm {
  readonly spec: UnsupervisedSpec
  /** As it is without labels. */
  readonly rbm: Rbm
  /** With them, where it has learnt some. */
  readonly labelled: ClassRbm | null
  /** Their first values are the trained ones. */
  readonly weights: readonly Slot[]
  /** Of the data before they were made vectors. */
  readonly sampleShape: Shape
}

/** `command` is what needs it, for the message where the run has another kind of model. */
export async function readTrainedRbm(
  directory: string,
  command: string,
  overrides: readonly Override[],
  stdin: NodeJS.ReadableStream,
): Promise<TrainedRbm> {
  const run = await readRun(directory, overrides, stdin)
  const { spec } = run
  if (!isUnsupervised(spec)) {
    const own = isStacked(spec) ? `; its first RBM is in ${join(directory, RUN_FILES.stages, '1')}` : ''
    throw new UserError(
      `${directory} has a model of type ${spec.model.type}; train ${command} is for those of type RBM${own}`,
    )
  }
  const { model, data, seed, training } = spec
  const { sampleShape, classes } = dataInfo(data)
  const visibleUnits = sizeOf(sampleShape)
  const labelled = labelsOf(training) ? buildClassRbm(model, { visibleUnits, classes }, seed, NO_MEANS) : null
  const rbm = labelled ? withoutLabels(labelled) : buildRbm(model, visibleUnits, seed, NO_MEANS)
  return {
    spec,
    rbm,
    labelled,
    weights: trainedSlots(rbm, finite(run, weightsOf(run, rbm))),
    sampleShape: sampleShapeOf(spec),
  }
}

/** Throws a UserError where a weight is NaN or infinite: nothing can be drawn or computed of it. */
function finite({ model: { path } }: StoredRun, weights: StateValues): StateValues {
  for (const [name, values] of Object.entries(weights)) {
    const bad = values.find((value) => !Number.isFinite(value))
    if (bad !== undefined)
      throw new UserError(`${path}: weight "${name}" holds ${bad}; the training of this run diverged`)
  }
  return weights
}

/** Trained weights have values already. */
export const NO_MEANS: VisibleMeans = () => {
  throw new Error('internal: the first values of trained weights are asked for')
}

export const trainedSlots = ({ weights }: Rbm, values: StateValues): Slot[] =>
  weights.map((slot) => ({ ...slot, initial: () => Float32Array.from(values[slot.name]!) }))

export const sampleShapeOf = ({ data }: ResolvedSpec): Shape => dataInfo({ ...data, flatten: false }).sampleShape
