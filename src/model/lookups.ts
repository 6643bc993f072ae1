/** Layers that look up rows by index, such as Embedding: the source of the indices, and a check that the rows exist. */
import type { Named } from '../base/field.js'
import { type DataForm, inputShapes, isInputKey } from '../base/form.js'
import { hasRow, type Range, rowsInWords } from '../base/rows.js'
import type { LayerSpec, SupervisedSpec } from '../spec/spec.js'
import type { ModelIssue } from './issue.js'
import { layerRule } from './layers/registry.js'
import { type Call, type Network, networkOf, type OutputNames } from './network.js'

export interface Lookup {
  readonly call: Call
  readonly rows: number
  /** Keys of the inputs of the data whose values are the indices, passed on unchanged; null if layers compute them. */
  readonly inputs: readonly string[] | null
}

export function lookupsOf({ calls }: Pick<Network, 'calls'>): readonly Lookup[] {
  const passed = new Map<string, readonly string[]>()
  return calls.flatMap((call) => {
    const { layer, name, inputs } = call
    const rule = layerRule<LayerSpec>(layer)
    const given = inputs.map((input) => (isInputKey(input) ? [input] : passed.get(input)))
    const ofData = given.every((keys) => keys !== undefined) ? [...new Set(given.flat())] : null
    if (ofData && rule.moves) passed.set(name, ofData)
    const rows = rule.lookups?.(layer)
    return rows === undefined ? [] : [{ call, rows, inputs: ofData }]
  })
}

/** The layers of a spec that look up values of the data. */
export const lookupsOfData = (spec: SupervisedSpec, outputs: OutputNames, form: DataForm): readonly Lookup[] =>
  lookupsOf(networkOf(spec.model, outputs, inputShapes(form)).network).filter(({ inputs }) => inputs !== null)

/** Checks that each such layer has a row for all of these values. `ranges` are those of the inputs, by their keys. */
export const checkLookups = (lookups: readonly Lookup[], ranges: Named<Range>, data: string): ModelIssue[] =>
  lookups.flatMap(({ call: { layer, name, pointer }, rows, inputs }) => {
    const range = inputs!
      .map((key) => ranges[key]!)
      .find(({ least, largest }) => !hasRow(rows, least) || !hasRow(rows, largest))
    if (!range) return []
    const found = `${layer.type} "${name}" is given numbers from ${range.least} to ${range.largest} by ${data}`
    return [{ code: 'range', pointer, message: `${found}, but ${rowsInWords(rows, range)}` }]
  })
