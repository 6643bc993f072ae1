/** What the other thread needs to run a step on the second half of a batch. */
import { availableParallelism } from 'node:os'
import type * as ort from 'onnxruntime-node'
import { sizeOf } from '../../../base/shape.js'
import type { Outputs } from '../../engine.js'
import { infoOf, isOfSamples } from '../graph/graph.js'
import { isResult } from '../passes/split-update.js'
import type { HalfSession, NamedTensor } from './half-thread.js'
import type { Step } from './halves.js'
import type { LoweredGraph } from './lower.js'
import { gradientPlaces, placeOf } from './places.js'

const { BYTES_PER_ELEMENT } = Float32Array

/** The session, which reads state where this thread does, and what it gives the program, written at the end of a run. */
export function otherSession(
  { model, inputs, nameOf, outputNameOf }: LoweredGraph,
  { graph, updates }: Step,
  addressOf: (place: string) => number,
  options: ort.InferenceSession.SessionOptions,
): { readonly session: HalfSession; readonly outputs: Outputs } {
  const feeds = graph.inputs.flatMap((input): NamedTensor[] => {
    const { shape, dtype } = infoOf(graph, input.value)
    const name = nameOf(input.value)
    if (!inputs.has(name)) return []
    const address = addressOf(placeOf(input)) + (isOfSamples(input) ? sizeOf(shape) * BYTES_PER_ELEMENT : 0)
    return [{ name, dtype: dtype as NamedTensor['dtype'], shape, address }]
  })
  const places = gradientPlaces(updates, true)
  const gradients: NamedTensor[] = []
  const outputs = new Map<string, NamedTensor>()
  let bytes = 0
  for (const output of graph.outputs) {
    const { shape } = infoOf(graph, output.value)
    const name = outputNameOf(output.value)
    const place = places.get(output.value)
    if (place !== undefined) gradients.push({ name, dtype: 'float32', shape, address: addressOf(place) })
    else if (isResult(output) && !outputs.has(name)) {
      outputs.set(name, { name, dtype: 'float32', shape, address: bytes })
      bytes += sizeOf(shape) * BYTES_PER_ELEMENT
    }
  }
  const results = new SharedArrayBuffer(bytes)
  const given = graph.outputs.filter(isResult).map(({ name, value }): [string, Float32Array] => {
    const { shape, address } = outputs.get(outputNameOf(value))!
    return [name, new Float32Array(results, address, sizeOf(shape))]
  })
  return {
    session: {
      ...{ model, feeds, gradients, results },
      outputs: [...outputs.values()],
      // a profile is of this thread; of an odd number of cores it has one more
      options: { ...options, enableProfiling: false, intraOpNumThreads: Math.floor(availableParallelism() / 2) },
    },
    outputs: Object.fromEntries(given),
  }
}
