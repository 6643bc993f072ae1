/** The session that runs a step on the second half of a batch. */
import { sizeOf } from '../../../base/shape.js'
import type { Outputs } from '../../engine.js'
import { infoOf, isOfSamples } from '../graph/graph.js'
import { isResult } from '../passes/split-update.js'
import type { ArenaArrays } from './arena-arrays.js'
import type { Step } from './halves.js'
import type { LoweredGraph } from './lower.js'
import { gradientPlaces, placeOf } from './places.js'
import { OnnxSession, type PlacedTensor, type PreparedRun, type SessionOptions } from './session.js'

export interface OtherHalf {
  readonly session: OnnxSession
  readonly run: PreparedRun
  /** Outputs of the program for this half. */
  readonly outputs: Outputs
}

/**
 * Prepares the second half. It reads the same state as the first half.
 */
export async function otherHalf(
  { model, inputs, nameOf, outputNameOf }: LoweredGraph,
  { graph, updates }: Step,
  arrays: ArenaArrays,
  options: SessionOptions,
): Promise<OtherHalf> {
  const feeds: Record<string, PlacedTensor> = {}
  for (const input of graph.inputs) {
    const { shape, dtype } = infoOf(graph, input.value)
    const name = nameOf(input.value)
    if (inputs.has(name))
      feeds[name] = arrays.tensor(placeOf(input), dtype, shape, isOfSamples(input) ? sizeOf(shape) : 0)
  }
  const places = gradientPlaces(updates, true)
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
  const session = await OnnxSession.create(model, options)
  return { session, run: session.prepare(feeds, fetches), outputs }
}
