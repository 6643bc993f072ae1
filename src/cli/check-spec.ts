/** Checks a spec against its data: everything that can be known without reading it. */
import { checkSplit } from '../data/check.js'
import type { DataInfo } from '../data/dataset.js'
import { featuresInfo } from '../data/features.js'
import { dataInfo } from '../data/registry.js'
import { checkModel } from '../model/check.js'
import type { ModelIssue } from '../model/issue.js'
import { checkRbm } from '../model/rbm/check.js'
import { modelWarnings } from '../model/warnings.js'
import { outputsOf } from '../spec/outputs.js'
import { isStacked, isSupervised, type ResolvedSpec, type StackedSpec } from '../spec/spec.js'
import { fineTuningStage, rbmStages } from '../spec/stages.js'
import { sizesOf } from './stages.js'

/** Every problem; empty when there is none. */
export function checkSpec(spec: ResolvedSpec): ModelIssue[] {
  const info = dataInfo(spec.data)
  return [...checkItsModel(spec, info), ...checkSplit(spec.fit, info)]
}

/** Of a spec that has no problems: what it can hardly mean. */
export function warningsOf(spec: ResolvedSpec): ModelIssue[] {
  const info = dataInfo(spec.data)
  if (isSupervised(spec)) return modelWarnings(spec, info, outputsOf(spec))
  const tuned = isStacked(spec) ? fineTuningStage(spec, sizesOf(info)) : undefined
  return tuned ? modelWarnings(tuned, info, outputsOf(tuned)).map(inFineTuning) : []
}

function checkItsModel(spec: ResolvedSpec, info: DataInfo): ModelIssue[] {
  if (isSupervised(spec)) return checkModel(spec, info, outputsOf(spec))
  return isStacked(spec) ? checkStack(spec, info) : checkRbm(spec, info)
}

/** Each RBM, and the network if they are right; issues point to where the stack says what the stage has. */
function checkStack(spec: StackedSpec, info: DataInfo): ModelIssue[] {
  let seen = info
  for (const [index, stage] of rbmStages(spec).entries()) {
    const issues = checkRbm(stage, seen)
    if (issues.length > 0) return issues.map((issue) => ({ ...issue, pointer: pointerInStack(issue.pointer, index) }))
    seen = featuresInfo(seen, stage.model.hidden_units)
  }
  const tuned = fineTuningStage(spec, sizesOf(info))
  if (!tuned) return []
  return checkModel(tuned, info, outputsOf(tuned)).map(inFineTuning)
}

/** Layers of the network are nowhere in the file. */
const inFineTuning = (issue: ModelIssue): ModelIssue =>
  issue.pointer.startsWith('/model/layers') ? { ...issue, pointer: '/model/fine_tune' } : issue

/** `/model/hidden_units` and `/training/chains` of an RBM. */
function pointerInStack(pointer: string, index: number): string {
  if (pointer.startsWith('/data')) return pointer
  return `/model/rbms/${index}${pointer.replace(/^\/model/, '')}`
}
