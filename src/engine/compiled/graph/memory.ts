/** Memory of a graph's values, if each value is freed after its last use. */
import { sizeOf } from '../../../base/shape.js'
import { type Graph, infoOf, type ValueId } from './graph.js'

export interface Memory {
  /** Bytes of the graph's outputs, which stay to the end. */
  readonly outputs: number
  /** Largest number of bytes that all other values of nodes take at one time. */
  readonly between: number
}

/** Computes the memory in bytes. A reshaped value shares the memory of its source. */
export function memoryOf(graph: Graph): Memory {
  const rooms = new Map<ValueId, ValueId>()
  const roomOf = (value: ValueId) => rooms.get(value) ?? value
  const lastUse = new Map<ValueId, number>()
  const made = new Set<ValueId>()
  for (const [index, { kernel, inputs, output }] of graph.nodes.entries()) {
    if (kernel === 'Reshape') rooms.set(output, roomOf(inputs[0]!))
    else made.add(output)
    for (const value of [...inputs, output]) lastUse.set(roomOf(value), index)
  }
  const given = new Set(graph.outputs.map(({ value }) => roomOf(value)).filter((value) => made.has(value)))
  const bytesOf = (value: ValueId) => {
    const { shape, dtype } = infoOf(graph, value)
    return sizeOf(shape) * (dtype === 'bool' ? 1 : 4)
  }
  const freed = new Map<number, ValueId[]>()
  for (const [value, index] of lastUse) {
    if (made.has(value) && !given.has(value)) freed.set(index, [...(freed.get(index) ?? []), value])
  }
  let [now, between] = [0, 0]
  for (const [index, { output }] of graph.nodes.entries()) {
    if (made.has(output) && !given.has(output)) now += bytesOf(output)
    between = Math.max(between, now)
    for (const value of freed.get(index) ?? []) now -= bytesOf(value)
  }
  return { outputs: [...given].reduce((sum, value) => sum + bytesOf(value), 0), between }
}
