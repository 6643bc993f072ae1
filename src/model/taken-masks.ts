/**
 * Finds the values that lose their mask, and when: a layer such as MultiHeadAttention takes away the masks of its
 * inputs.
 */
import type { LayerSpec } from '../spec/spec.js'
import { layerRule } from './layers/registry.js'
import type { Call, Network } from './network.js'

export interface TakenMasks {
  /** For each call by name: the values that have lost their mask when it runs. */
  readonly before: ReadonlyMap<string, ReadonlySet<string>>
  readonly atEnd: ReadonlySet<string>
}

export function takenMasks(network: Network): TakenMasks {
  const before = new Map<string, ReadonlySet<string>>()
  let taken: ReadonlySet<string> = new Set()
  for (const { name, layer, inputs } of inOrderOfKeras(network)) {
    before.set(name, taken)
    if (layerRule<LayerSpec>(layer).takesMasks) taken = new Set([...taken, ...inputs])
  }
  return { before, atEnd: taken }
}

/**
 * Keras runs the layers that are farthest from the outputs first. Among those equally far it runs first the one that it
 * meets first on the way back from the outputs (keras/src/ops/function.py, `map_graph`).
 */
function inOrderOfKeras({ calls, outputs }: Network): readonly Call[] {
  const byName = new Map(calls.map((call) => [call.name, call]))
  const inputsOf = ({ inputs }: Pick<Call, 'inputs'>) => inputs.flatMap((input) => byName.get(input) ?? [])
  const sorted = new Set<Call>()
  const visit = (call: Call) => {
    if (sorted.has(call)) return
    for (const input of inputsOf(call)) visit(input)
    sorted.add(call)
  }
  for (const call of inputsOf({ inputs: outputs })) visit(call)

  const distances = new Map<Call, number>()
  const ofOwners = new Map<string, number>()
  for (const call of [...sorted].toReversed()) {
    const distance = Math.max(distances.get(call) ?? 0, ofOwners.get(call.owner) ?? 0)
    distances.set(call, distance)
    ofOwners.set(call.owner, distance)
    for (const input of inputsOf(call)) distances.set(input, Math.max(distance + 1, distances.get(input) ?? 0))
  }
  return [...distances].toSorted(([, a], [, b]) => b - a).map(([call]) => call)
}
