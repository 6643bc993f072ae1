/** Replaces `"input_dim": "auto"` of Embedding layers by the number of different numbers that the data give them. */
import { type DataForm, inputKey, inputShapes } from '../base/form.js'
import type { ModelIssue } from '../model/issue.js'
import { lookupsOf } from '../model/lookups.js'
import { networkOf } from '../model/network.js'
import { AUTO_SIZE } from '../spec/layers/core.js'
import { outputsOf } from '../spec/outputs.js'
import { toPointer } from '../spec/pointer.js'
import { isSupervised, type ResolvedSpec } from '../spec/spec.js'

/** Returns the spec with numbers, and the layers whose number does not follow from the data. */
export function withInputDims(
  spec: ResolvedSpec,
  form: DataForm,
): { readonly spec: ResolvedSpec; readonly issues: readonly ModelIssue[] } {
  if (!isSupervised(spec) || autosIn(spec.model, ['model']).length === 0) return { spec, issues: [] }
  const { network } = networkOf(spec.model, outputsOf(spec), inputShapes(form))
  const classes = new Map(Object.entries(form.inputs).map(([name, field]) => [inputKey(name), field.classes]))
  const found = new Map(
    lookupsOf(network).flatMap(({ call: { pointer }, inputs }) => {
      const sizes = (inputs ?? []).map((key) => classes.get(key))
      return sizes.length > 0 && sizes.every((size) => size !== undefined)
        ? [[pointer, Math.max(...sizes)] as const]
        : []
    }),
  )
  // the check of the model reports a network whose layers do not fit together
  const isBroken = network.calls.length === 0
  const sizeAt = (pointer: string) => found.get(pointer) ?? 1
  const unknown = isBroken ? [] : autosIn(spec.model, ['model']).filter((pointer) => !found.has(pointer))
  return { spec: { ...spec, model: filled(spec.model, ['model'], sizeAt) }, issues: unknown.map(refusal) }
}

const refusal = (pointer: string): ModelIssue => ({
  code: 'auto',
  pointer: `${pointer}/input_dim`,
  message:
    'found "auto", which only a layer that gets numbers of tokens or categories from the data can have; write a number',
})

type Path = readonly (string | number)[]

const isAuto = (value: object): boolean =>
  'type' in value &&
  (value.type === 'Embedding' || value.type === 'ReversibleEmbedding') &&
  'input_dim' in value &&
  value.input_dim === AUTO_SIZE

/** JSON pointers to the layers whose number is open. */
function autosIn(value: unknown, path: Path): string[] {
  if (typeof value !== 'object' || value === null) return []
  return [
    ...(isAuto(value) ? [toPointer(path)] : []),
    ...Object.entries(value).flatMap(([key, inner]) => autosIn(inner, [...path, key])),
  ]
}

function filled<Value>(value: Value, path: Path, sizeAt: (pointer: string) => number): Value {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((inner, index) => filled(inner, [...path, index], sizeAt)) as Value
  const inner = Object.entries(value).map(([key, one]) => [key, filled(one, [...path, key], sizeAt)] as const)
  return { ...Object.fromEntries(inner), ...(isAuto(value) && { input_dim: sizeAt(toPointer(path)) }) } as Value
}
