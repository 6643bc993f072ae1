/** What of a spec is trained one after another: all of it at once, or the RBMs of a stack and then their network. */
import { UserError } from '../base/issue.js'
import { sizeOf } from '../base/shape.js'
import type { DataInfo } from '../data/dataset.js'
import type { StateValues } from '../engine/engine.js'
import { buildModel } from '../model/model.js'
import { denseWeights } from '../model/rbm/dense.js'
import type { Saveable } from '../model/saveable.js'
import { RUN_FILES } from '../spec/run-files.js'
import { isStacked, type ResolvedSpec, type StackedSpec, type StageSpec } from '../spec/spec.js'
import { fineTuningStage, rbmStages, unrolled } from '../spec/stages.js'

/** The weights of each RBM that is trained, in their order. */
export type Trained = readonly StateValues[]

export interface Stage {
  readonly spec: StageSpec
  /** What is under way; null where nothing else is. */
  readonly title: string | null
  /** Where in the folder of the run its results go; null: they are those of the run. */
  readonly folder: string | null
  /** Whether training its spec by itself would be the same. */
  readonly alone: boolean
  /** What takes the place of its first weights; null where nothing does. */
  readonly first: ((trained: Trained) => StateValues) | null
}

export function stagesOf(spec: ResolvedSpec, info: DataInfo): readonly Stage[] {
  if (!isStacked(spec)) return [{ spec, title: null, folder: null, alone: true, first: null }]
  const data = sizesOf(info)
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

export const sizesOf = ({ sampleShape, classes }: DataInfo) => ({ visibleUnits: sizeOf(sampleShape), classes })

/** What a command looks at that looks at one model: of a stack, the network that it becomes. */
export function soleSpec(spec: ResolvedSpec, info: DataInfo): StageSpec {
  if (!isStacked(spec)) return spec
  const tuned = fineTuningStage(spec, sizesOf(info))
  if (tuned) return tuned
  throw new UserError(
    'This DBN is not fine-tuned ("fine_tune": null), so that there is no network to look at; a spec of type RBM with the fields of one of its "rbms" is one.',
  )
}

/** The RBMs of a stack as the layers of a network. */
export function asLayers(
  spec: StackedSpec,
  info: DataInfo,
  trained: Trained,
): { readonly model: Saveable; readonly weights: StateValues } {
  const { network, ...names } = unrolled(spec, sizesOf(info))
  return { model: buildModel(network, info.sampleShape, spec.seed), weights: denseWeights(trained, names) }
}
