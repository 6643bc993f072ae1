/**
 * Makes one model for batches of any size out of the same model for two sizes. What differs between the two follows
 * from the size of the batch: shapes become computations from the shape of an input.
 */
import { isDeepStrictEqual } from 'node:util'
import { sizeOf } from '../../../base/shape.js'
import type { OnnxGraph, OnnxNode, OnnxTensor } from './model-writer.js'

/** A model for batches of one size. */
export interface Sized {
  readonly batch: number
  readonly graph: OnnxGraph
}

/** Name of the dimension of any size. */
export const BATCH = 'batch'

/**
 * Returns the model for any batch; null if the two differ in more than what is proportional to the batch. `given` is an
 * input whose first dimension is the batch.
 */
export function forAnyBatch(one: Sized, other: Sized, given: string): OnnxGraph | null {
  const { graph } = one
  if (graph.nodes.length !== other.graph.nodes.length) return null
  const [initials, others] = [one, other].map(({ graph }) => new Map(graph.initializers.map((all) => [all.name, all])))
  const constants = new Map<string, OnnxTensor>()
  const first: OnnxNode[] = []
  const made = new Set<string>()
  const int64 = (values: readonly number[]): string => {
    const name = `i${values}`
    constants.set(name, { name, element: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) })
    return name
  }
  const op = (type: string, inputs: readonly string[], output: string, attributes: OnnxNode['attributes'] = {}) => {
    if (!made.has(output)) first.push({ type, inputs, outputs: [output], attributes })
    made.add(output)
    return output
  }
  /** A vector that is computed from the size of the batch. */
  const vector = ({ times, plus }: Affine): string => {
    const batch = op('Shape', [given], 'batch size', { start: 0, end: 1 })
    const product = op('Mul', [batch, int64(times)], `batch x ${times}`)
    return plus.every((number) => number === 0) ? product : op('Add', [product, int64(plus)], `${product} + ${plus}`)
  }

  /** The name of an input of a node in the model for any batch; null if there is none. */
  const inputOf = (type: string, index: number, name: string, otherName: string): string | null => {
    const [own, its] = [initials!.get(name), others!.get(otherName)]
    if (!own || !its) return name === otherName && !own && !its ? name : null
    if (isDeepStrictEqual({ ...own, name: '' }, { ...its, name: '' })) {
      constants.set(name, own)
      return name
    }
    if (own.element === 'int64' && own.shape.length === 1) {
      const affine = affineOf(numbersOf(own), numbersOf(its), one.batch, other.batch)
      if (!affine) return null
      const varying = affine.times.filter((factor) => factor !== 0).length
      const isReshape = type === 'Reshape' && index === 1
      if (isReshape && varying === 1) return int64(affine.plus.map((size, axis) => (affine.times[axis] ? -1 : size)))
      return vector(affine)
    }
    const shape = affineOf(own.shape, its.shape, one.batch, other.batch)
    const number = fillOf(own)
    if (!shape || number === undefined || number !== fillOf(its) || own.element !== its.element) return null
    const scalar = `${own.element} ${number}`
    constants.set(scalar, { ...own, name: scalar, shape: [], data: (own.data as Float32Array).slice(0, 1) })
    return op('Expand', [scalar, vector(shape)], `${scalar} in ${own.shape}`)
  }

  const nodes: OnnxNode[] = []
  for (const [index, node] of graph.nodes.entries()) {
    const { inputs, ...rest } = node
    const { inputs: otherInputs, ...otherRest } = other.graph.nodes[index]!
    if (!isDeepStrictEqual(rest, otherRest) || inputs.length !== otherInputs.length) return null
    const names = inputs.map((name, at) => inputOf(node.type, at, name, otherInputs[at]!))
    if (names.includes(null)) return null
    nodes.push({ ...node, inputs: names as string[] })
  }
  const values = (kind: 'inputs' | 'outputs') => {
    const all = graph[kind].map((value, index) => {
      const its = other.graph[kind][index]?.shape ?? []
      const shape = value.shape.map((dim, axis) => {
        if (dim === its[axis]) return dim
        return dim === one.batch && its[axis] === other.batch ? BATCH : null
      })
      return shape.includes(null) ? null : { ...value, shape: shape as (number | string)[] }
    })
    return all.includes(null) ? null : (all as OnnxGraph['inputs'])
  }
  const [inputs, outputs] = [values('inputs'), values('outputs')]
  return inputs && outputs && { nodes: [...first, ...nodes], initializers: [...constants.values()], inputs, outputs }
}

/** Numbers that are `times * batch + plus`, where one of the two is 0. */
interface Affine {
  readonly times: readonly number[]
  readonly plus: readonly number[]
}

function affineOf(of: readonly number[], others: readonly number[], batch: number, other: number): Affine | null {
  if (of.length !== others.length) return null
  const times = of.map((number, index) => (others[index]! - number) / (other - batch))
  const plus = of.map((number, index) => (times[index] === 0 ? number : 0))
  const fits = of.every((number, index) => number === times[index]! * batch + plus[index]!)
  return fits && times.every(Number.isInteger) ? { times, plus } : null
}

const numbersOf = ({ data }: OnnxTensor): number[] => Array.from(data as BigInt64Array, Number)

/** The number that fills a tensor. */
function fillOf({ data, shape }: OnnxTensor): number | undefined {
  const [first] = data as Float32Array
  return sizeOf(shape) > 0 && (data as Float32Array).every((value) => Object.is(value, first)) ? first : undefined
}
