/** Layers that look rows up by number, such as an Embedding: where their numbers come from, and whether they have the rows. */
import { hasRow, type Range, rowsInWords } from '../base/rows.js'
import type { LayerSpec, SupervisedSpec } from '../spec/spec.js'
import type { ModelIssue } from './issue.js'
import { layerRule } from './layers/registry.js'
import { type Call, DATA, type Network, networkOf, type OutputNames } from './network.js'

export interface Lookup {
  readonly call: Call
  readonly rows: number
  /** The numbers are those of the data, all of them; else layers compute them. */
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

/** Numbers of the data, which lie in this range, for which a layer has no row. */
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
