/** Checks a spec against its data. */
import { areSeveral } from '../base/devices.js'
import type { Field } from '../base/field.js'
import { type DataForm, inputKey } from '../base/form.js'
import { checkSplit } from '../data/check-split.js'
import type { OpenData } from '../data/data.js'
import { fieldRange } from '../data/table.js'
import { checkModel } from '../model/check-model.js'
import type { ModelIssue } from '../model/issue.js'
import { checkLookups, lookupsOfData } from '../model/lookups.js'
import { checkRbm, labelsProblem } from '../model/rbm/check-rbm.js'
import { modelWarnings } from '../model/warnings.js'
import { outputsOf } from '../spec/outputs.js'
import { isStacked, isSupervised, type ResolvedSpec, type StackedSpec } from '../spec/spec.js'
import { fineTuningStage, rbmStages } from '../spec/stages.js'
import { hiddenForm } from './hidden-form.js'
import { persistentIn } from './persistent-chains.js'
import { sizesOf } from './stages.js'

/** Returns every problem that can be found without reading the data. */
export function checkSpec(spec: ResolvedSpec, form: DataForm): ModelIssue[] {
  return [...checkItsModel(spec, form), ...checkSplit(spec.fit, form), ...checkDevices(spec)]
}

/** Returns the problems of training on several devices. */
function checkDevices(spec: ResolvedSpec): ModelIssue[] {
  const { device } = spec
  if (!areSeveral(device)) return []
  return persistentIn(spec).map(({ algorithm, pointer }) => ({
    code: 'device',
    pointer,
    message: `found "${algorithm}", whose chains go on from step to step on one device, but the spec has ${device}; use "cd" or "mean_field", or one device`,
  }))
}

/**
 * Returns the problems that depend on the values of the data, for a spec that has no others. Reads the data only if
 * their kind does not say enough.
 */
export async function checkValues(spec: ResolvedSpec, data: OpenData): Promise<ModelIssue[]> {
  if (!isSupervised(spec)) return []
  const { form } = data
  const lookups = lookupsOfData(spec, outputsOf(spec), form)
  const keys = new Set(lookups.flatMap(({ inputs }) => inputs!))
  const fields = Object.entries(form.inputs).filter(([name]) => keys.has(inputKey(name)))
  if (fields.length === 0) return []
  const read = fields.some(([, { values }]) => values === 'real') ? await data.load() : null
  const rangeOf = (key: string, { values, classes }: Field) =>
    values === 'real'
      ? fieldRange([read!.train, read!.validation, read!.test], key)
      : { least: 0, largest: classes === undefined ? 1 : classes - 1 }
  const ranges = fields.map(([name, field]) => [inputKey(name), rangeOf(inputKey(name), field)] as const)
  return checkLookups(lookups, Object.fromEntries(ranges), form.name)
}

/** Returns the warnings for a spec that has no problems: settings that are probably not meant. */
export function warningsOf(spec: ResolvedSpec, form: DataForm): ModelIssue[] {
  if (isSupervised(spec)) return modelWarnings(spec, form, outputsOf(spec))
  const tuned = isStacked(spec) ? fineTuningStage(spec, sizesOf(form)) : undefined
  return tuned ? modelWarnings(tuned, form, outputsOf(tuned)).map(inFineTuning) : []
}

function checkItsModel(spec: ResolvedSpec, form: DataForm): ModelIssue[] {
  if (isSupervised(spec)) return checkModel(spec, form, outputsOf(spec))
  return isStacked(spec) ? checkStack(spec, form) : checkRbm(spec, form)
}

/**
 * Checks each RBM, then the network if the RBMs are right. Issues point to the field of the stack that a stage is made
 * from.
 */
function checkStack(spec: StackedSpec, form: DataForm): ModelIssue[] {
  let seen = form
  for (const [index, stage] of rbmStages(spec).entries()) {
    const issues = checkRbm(stage, seen)
    if (issues.length > 0) return issues.map((issue) => ({ ...issue, pointer: pointerInStack(issue.pointer, index) }))
    seen = hiddenForm(seen, stage.model.hidden_units)
  }
  const problem = spec.model.fine_tune === 'classifier' ? labelsProblem(form) : undefined
  if (problem !== undefined) {
    const message = `found "classifier", but ${problem}`
    return [{ code: 'target', pointer: '/model/fine_tune', message }]
  }
  const tuned = fineTuningStage(spec, sizesOf(form))
  if (!tuned) return []
  return checkModel(tuned, form, outputsOf(tuned)).map(inFineTuning)
}

/** Points an issue with a layer of the network to `fine_tune`, because the file does not contain these layers. */
const inFineTuning = (issue: ModelIssue): ModelIssue =>
  issue.pointer.startsWith('/model/layers') ? { ...issue, pointer: '/model/fine_tune' } : issue

/** Turns a pointer into the spec of an RBM, such as `/model/hidden_units`, into one of the stack. */
function pointerInStack(pointer: string, index: number): string {
  if (pointer.startsWith('/data')) return pointer
  return `/model/rbms/${index}${pointer.replace(/^\/model/, '')}`
}
