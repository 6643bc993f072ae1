/** The stages in which a spec is trained: one, or for a stack, each of its RBMs and then the network. */
import { classesOf, type DataForm, inputShapes, soleInput } from '../base/form.js'
import { UserError } from '../base/issue.js'
import { sizeOf } from '../base/shape.js'
import type { StateValues } from '../engine/engine.js'
import { buildModel } from '../model/model.js'
import { denseWeights } from '../model/rbm/dense.js'
import type { Saveable } from '../model/saveable.js'
import { RUN_FILES } from '../spec/run-files.js'
import { isStacked, type ResolvedSpec, type StackedSpec, type StageSpec } from '../spec/spec.js'
import { fineTuningStage, rbmStages, unrolled } from '../spec/stages.js'

/** The weights of each RBM that has been trained, in order. */
export type Trained = readonly StateValues[]

export interface Stage {
  readonly spec: StageSpec
  /** A title to print before the stage; null if it is the only one. */
  readonly title: string | null
  /** Folder of its results, inside the folder of the run. Null if its results are those of the run. */
  readonly folder: string | null
  /** True if training this spec alone gives the same result. */
  readonly alone: boolean
  /** Returns values for some of its weights, from the RBMs before it. Null if it starts from random weights only. */
  readonly first: ((trained: Trained) => StateValues) | null
}

export function stagesOf(spec: ResolvedSpec, form: DataForm): readonly Stage[] {
  if (!isStacked(spec)) return [{ spec, title: null, folder: null, alone: true, first: null }]
  const data = sizesOf(form)
  const units = [data.visibleUnits, ...spec.model.rbms.map(({ hidden_units }) => hidden_units)]
  const rbms = rbmStages(spec).map(
    (one, index, { length }): Stage => ({
      spec: one,
      title: `RBM ${index + 1} of ${length}: ${units[index]}-${units[index + 1]}`,
      folder: `${RUN_FILES.stages}/${index + 1}`,
      alone: index === 0,
      first: null,
    }),
  )
  const tuned = fineTuningStage(spec, data)
  if (!tuned) return rbms
  const { network, ...names } = unrolled(spec, data)
  const outputs = network.layers.map((layer) => ('units' in layer ? layer.units : ''))
  const title = `Fine-tuning the ${spec.model.fine_tune}: ${[data.visibleUnits, ...outputs].join('-')}`
  return [...rbms, { spec: tuned, title, folder: null, alone: false, first: (trained) => denseWeights(trained, names) }]
}

export const sizesOf = (form: DataForm) => ({
  visibleUnits: sizeOf(soleInput(form).shape),
  classes: classesOf(form),
})

/** The spec for a command that works on one model. For a stack, that is the network that it becomes. */
export function soleSpec(spec: ResolvedSpec, form: DataForm): StageSpec {
  if (!isStacked(spec)) return spec
  const tuned = fineTuningStage(spec, sizesOf(form))
  if (tuned) return tuned
  throw new UserError(
    'This DBN is not fine-tuned ("fine_tune": null), so it has no network. To look at one of its RBMs, write a spec of type RBM with the fields of that entry of "rbms".',
  )
}

/** Returns the trained RBMs of a stack as the layers of a network, with their weights. */
export function asLayers(
  spec: StackedSpec,
  form: DataForm,
  trained: Trained,
): { readonly model: Saveable; readonly weights: StateValues } {
  const { network, ...names } = unrolled(spec, sizesOf(form))
  return { model: buildModel(network, inputShapes(form), spec.seed), weights: denseWeights(trained, names) }
}
