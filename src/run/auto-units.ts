/** Replaces `"units": "auto"` of output layers by the number of outputs that their targets need. */
import type { DataForm } from '../base/form.js'
import type { ModelIssue } from '../model/issue.js'
import { findTarget } from '../model/targets.js'
import { AUTO_UNITS } from '../spec/layers/core.js'
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
      const layer = lastDense(layers, output)
      return layer ? [[layer, unitsFor(output, layer, form)] as const] : []
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

const isAuto = (layer: LayerSpec): boolean => layer.type === 'Dense' && layer.units === AUTO_UNITS

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

/** The layer of an output, or the one before it if that only applies an activation. */
function lastDense(layers: readonly LayerSpec[], { name }: OutputSpec): LayerSpec | undefined {
  const index = name === null ? layers.length - 1 : layers.findIndex((layer) => layer.name === name)
  const layer = layers[index]
  return layer?.type === 'Activation' ? layers[index - 1] : layer
}

function unitsFor({ loss, target }: OutputSpec, layer: LayerSpec, form: DataForm): number {
  const found = findTarget(target, layer.name, form)
  // the check of the model reports it
  if ('problem' in found) return 1
  const wanted = found.target
  if (wanted.kind === 'values') return wanted.size
  const isYesOrNo = LOSS_TARGETS[loss.type] === 'yes_or_no' || (loss.type === 'crossentropy' && isSigmoid(layer))
  return isYesOrNo && wanted.classes === 2 ? 1 : wanted.classes
}

const isSigmoid = (layer: LayerSpec): boolean => 'activation' in layer && layer.activation === 'sigmoid'
