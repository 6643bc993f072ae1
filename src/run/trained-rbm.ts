/** Reads a trained RBM from the folder of a run. */
import { join } from 'node:path'
import { classesOf, soleInput } from '../base/form.js'
import { UserError } from '../base/issue.js'
import { type Shape, sizeOf } from '../base/shape.js'
import type { Slot } from '../base/slot.js'
import type { OpenData } from '../data/data.js'
import { sampleShapeOf } from '../data/load.js'
import type { DataWatch } from '../data/watch.js'
import { buildClassRbm, type ClassRbm, withoutLabels } from '../model/rbm/class-rbm.js'
import { buildRbm, type Rbm } from '../model/rbm/rbm.js'
import type { Override } from '../spec/override.js'
import { labelsOf } from '../spec/rbm.js'
import { RUN_FILES } from '../spec/run-files.js'
import { isStacked, isUnsupervised, type UnsupervisedSpec } from '../spec/spec.js'
import { readRun, weightsOf } from './open-run.js'
import { finite, NO_MEANS, trainedSlots } from './trained-weights.js'

export interface TrainedRbm {
  readonly spec: UnsupervisedSpec
  readonly data: OpenData
  /** The RBM without its labels. */
  readonly rbm: Rbm
  /** The RBM with its labels; null if it has none. */
  readonly labelled: ClassRbm | null
  /** Slots whose initial values are the trained weights. */
  readonly weights: readonly Slot[]
  /** Shape of a sample before it was flattened. */
  readonly sampleShape: Shape
}

/** Reads an RBM. Throws a UserError that names `command` if the run has another kind of model. */
export async function readTrainedRbm(
  directory: string,
  command: string,
  overrides: readonly Override[],
  stdin: NodeJS.ReadableStream,
  watch?: DataWatch,
): Promise<TrainedRbm> {
  const run = await readRun(directory, overrides, stdin, watch)
  const { spec, data } = run
  if (!isUnsupervised(spec)) {
    const own = isStacked(spec) ? `; its first RBM is in ${join(directory, RUN_FILES.stages, '1')}` : ''
    throw new UserError(
      `${directory} holds a model of type ${spec.model.type}, but train ${command} needs a model of type RBM${own}`,
    )
  }
  const { model, seed, training } = spec
  const { form } = data
  const [visibleUnits, classes] = [sizeOf(soleInput(form).shape), classesOf(form)]
  const labelled = labelsOf(training) ? buildClassRbm(model, { visibleUnits, classes }, seed, NO_MEANS) : null
  const rbm = labelled ? withoutLabels(labelled) : buildRbm(model, visibleUnits, seed, NO_MEANS)
  return {
    spec,
    data,
    rbm,
    labelled,
    weights: trainedSlots(rbm.weights, finite(run.model.path, weightsOf(run, rbm))),
    sampleShape: sampleShapeOf(spec.data, form),
  }
}
