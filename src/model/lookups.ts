/** Layers that look up rows by index, such as Embedding: the source of the indices, and a check that the rows exist. */
import { hasRow, type Range, rowsInWords } from '../base/rows.js'
import type { LayerSpec, SupervisedSpec } from '../spec/spec.js'
import type { ModelIssue } from './issue.js'
import { layerRule } from './layers/registry.js'
import { type Call, DATA, type Network, networkOf, type OutputNames } from './network.js'

export interface Lookup {
  readonly call: Call
  readonly rows: number
  /** True if the indices are data, passed on unchanged; false if layers compute them. */
  readonly ofData: boolean
}

export function lookupsOf({ calls }: Pick<Network, 'calls'>): readonly Lookup[] {
  const data = new Set([DATA])
  return calls.flatMap((call) => {
    const { layer, name, inputs } = call
    const rule = layerRule<LayerSpec>(layer)
    const ofData = inputs.every((input) => data.has(input))
    if (ofData && rule.moves) data.add(name)
    const rows = rule.lookups?.(layer)
    return rows === undefined ? [] : [{ call, rows, ofData }]
  })
}

/**
 * Checks that each layer that looks up values of the data has a row for all of them. `range` is the range of the data.
 */
export function checkLookups(spec: SupervisedSpec, outputs: OutputNames, range: Range, data: string): ModelIssue[] {
  const { least, largest } = range
  return lookupsOf(networkOf(spec.model, outputs).network).flatMap(
    ({ call: { layer, name, pointer }, rows, ofData }) => {
      if (!ofData || (hasRow(rows, least) && hasRow(rows, largest))) return []
      const found = `${layer.type} "${name}" is given numbers from ${least} to ${largest} by ${data}`
      return [{ code: 'range', pointer, message: `${found}, but ${rowsInWords(rows, range)}` }]
    },
  )
}
