/** Replaces `"units": "auto"` of output layers by the number of outputs that their targets need. */
import type { DataForm } from '../base/form.js'
import type { ModelIssue } from '../model/issue.js'
import { findTarget } from '../model/targets.js'
import { AUTO_SIZE } from '../spec/layers/core.js'
import { LOSS_TARGETS } from '../spec/losses.js'
import { type OutputSpec, outputsOf } from '../spec/outputs.js'
import { isSupervised, type LayerSpec, type ResolvedSpec } from '../spec/spec.js'

/** Returns the spec with numbers, and the layers whose number does not follow from a target. */
export function withUnits(
  spec: ResolvedSpec,
  form: DataForm,
): { readonly spec: ResolvedSpec; readonly issues: readonly ModelIssue[] } {
  if (!isSupervised(spec)) return { spec, issues: [] }
  const layers = spec.model.layers as readonly LayerSpec[]
  if (!layers.some(isAuto)) return { spec, issues: nestedIssues(layers, '/model/layers') }
  const units = new Map(
    outputsOf(spec).flatMap((output) => {
      const ends = endsOf(layers, output)
      return ends ? [[ends.dense, unitsFor(output, ends, form)] as const] : []
    }),
  )
  const settled = layers.map((layer) =>
    isAuto(layer) && units.has(layer) ? { ...layer, units: units.get(layer)! } : layer,
  )
  return {
    spec: { ...spec, model: { ...spec.model, layers: settled } } as ResolvedSpec,
    issues: [
      ...settled.flatMap((layer, index) => (isAuto(layer) ? [refusal(`/model/layers/${index}`)] : [])),
      ...nestedIssues(settled, '/model/layers'),
    ],
  }
}

const isAuto = (layer: LayerSpec): boolean => layer.type === 'Dense' && layer.units === AUTO_SIZE

const refusal = (pointer: string): ModelIssue => ({
  code: 'auto',
  pointer: `${pointer}/units`,
  message: 'found "auto", which only a layer that gives an output of the model can have; write a number',
})

/** Layers within other layers cannot be outputs. */
const nestedIssues = (layers: readonly LayerSpec[], at: string): ModelIssue[] =>
  layers.flatMap((layer, index) =>
    Object.entries(layer).flatMap(([key, value]) => autosIn(value, `${at}/${index}/${key}`)),
  )

function autosIn(value: unknown, pointer: string): ModelIssue[] {
  if (typeof value !== 'object' || value === null) return []
  const own = 'type' in value && isAuto(value as LayerSpec) ? [refusal(pointer)] : []
  return [...own, ...Object.entries(value).flatMap(([key, inner]) => autosIn(inner, `${pointer}/${key}`))]
}

/** The layers that an output ends in. */
interface Ends {
  /** The layer that gives the output. */
  readonly last: LayerSpec
  /** The same, or the one before it if that only applies an activation. */
  readonly dense: LayerSpec
}

function endsOf(layers: readonly LayerSpec[], { name }: OutputSpec): Ends | undefined {
  const index = name === null ? layers.length - 1 : layers.findIndex((layer) => layer.name === name)
  const last = layers[index]
  if (last?.type !== 'Activation') return last && { last, dense: last }
  const inputs = 'inputs' in last ? [last.inputs ?? []].flat() : []
  const dense = inputs.length === 0 ? layers[index - 1] : layers.find((layer) => layer.name === inputs[0])
  return dense && { last, dense }
}

function unitsFor({ name, loss, target }: OutputSpec, { last, dense }: Ends, form: DataForm): number {
  const found = findTarget(target, name ?? last.name, form)
  // the check of the model reports it
  if ('problem' in found) return 1
  const wanted = found.target
  if (wanted.kind === 'values') return wanted.size
  const isSigmoid = [last, dense].some((layer) => 'activation' in layer && layer.activation === 'sigmoid')
  const isYesOrNo = LOSS_TARGETS[loss.type] === 'yes_or_no' || (loss.type === 'crossentropy' && isSigmoid)
  return isYesOrNo && wanted.classes === 2 ? 1 : wanted.classes
}
