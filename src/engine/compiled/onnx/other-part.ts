/** The parts of a batch after the first one. */
import { sizeOf } from '../../../base/shape.js'
import type { Outputs } from '../../engine.js'
import { infoOf, isOfSamples } from '../graph/graph.js'
import { isResult } from '../passes/split-update.js'
import type { ArenaArrays } from './arena-arrays.js'
import type { LoweredGraph } from './lower.js'
import type { Step } from './parts.js'
import { gradientPlaces, placeOf } from './places.js'
import type { PlacedTensor } from './session.js'

export interface OtherPart {
  readonly feeds: Readonly<Record<string, PlacedTensor>>
  readonly fetches: Readonly<Record<string, PlacedTensor>>
  /** Outputs of the program for this part. */
  readonly outputs: Outputs
}

/** Finds the arrays that a session of the step's model reads and writes for a part. All parts read the same state. */
export function otherPart(
  part: number,
  { inputs, nameOf, outputNameOf }: LoweredGraph,
  { graph, updates }: Step,
  arrays: ArenaArrays,
): OtherPart {
  const feeds: Record<string, PlacedTensor> = {}
  for (const input of graph.inputs) {
    const { shape, dtype } = infoOf(graph, input.value)
    const name = nameOf(input.value)
    if (inputs.has(name))
      feeds[name] = arrays.tensor(placeOf(input), dtype, shape, isOfSamples(input) ? part * sizeOf(shape) : 0)
  }
  const places = gradientPlaces(updates, part)
  const fetches: Record<string, PlacedTensor> = {}
  const outputs: Record<string, Float32Array> = {}
  for (const output of graph.outputs) {
    const { shape } = infoOf(graph, output.value)
    const name = outputNameOf(output.value)
    const place = places.get(output.value)
    if (place !== undefined) fetches[name] ??= arrays.tensor(place, 'float32', shape)
    if (!isResult(output)) continue
    if (place !== undefined) throw new Error(`internal: ${output.name} is for an update too`)
    fetches[name] ??= { dtype: 'float32', shape, values: new Float32Array(sizeOf(shape)) }
    outputs[output.name] = fetches[name].values as Float32Array
  }
  return { feeds, fetches, outputs }
}
