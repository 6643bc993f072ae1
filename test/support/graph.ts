/** Graphs written by hand, and their results by tfjs' plain kernels. */
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import { expect } from 'vitest'
import { drawNoise } from '../../src/base/noise.js'
import { PURPOSE } from '../../src/base/philox.js'
import { type Shape, sizeOf } from '../../src/base/shape.js'
import {
  type Graph,
  type GraphConstant,
  type GraphInput,
  type GraphNode,
  type GraphOutput,
  infoOf,
  type ValueId,
} from '../../src/engine/compiled/graph/graph.js'
import { type KernelName, kernelRule } from '../../src/engine/compiled/graph/kernels.js'
import type { Attributes, DType, ValueInfo } from '../../src/engine/compiled/graph/value.js'
import { expectClose } from './close.js'
import type { Network } from './network.js'

/** Adds to a graph and gives the new value. */
export interface GraphBuilder {
  state(name: string, shape: Shape): ValueId
  input(name: string, shape: Shape, dtype?: DType): ValueId
  constant(data: GraphConstant['data'], shape?: Shape, dtype?: DType): ValueId
  node(kernel: KernelName, inputs: readonly ValueId[], attributes?: tf.NamedAttrMap): ValueId
}

/** `build` gives the outputs by name; `state w` is the new value of state `w`. */
export function buildGraph(build: (builder: GraphBuilder) => Readonly<Record<string, ValueId>>): Graph {
  const values = new Map<ValueId, ValueInfo>()
  const inputs: GraphInput[] = []
  const constants: GraphConstant[] = []
  const nodes: GraphNode[] = []
  const define = (info: ValueInfo): ValueId => {
    values.set(values.size, info)
    return values.size - 1
  }
  const outputs = build({
    state(name, shape) {
      const value = define({ shape, dtype: 'float32' })
      inputs.push({ value, from: 'state', name })
      return value
    },
    input(name, shape, dtype = 'float32') {
      const value = define({ shape, dtype })
      inputs.push({ value, from: 'input', name, input: { kind: 'scalar', name } })
      return value
    },
    constant(data, shape = [], dtype = 'float32') {
      const value = define({ shape, dtype })
      constants.push({ value, data })
      return value
    },
    node(kernel, operands, given = {}) {
      const infos = operands.map((operand) => values.get(operand)!)
      const attributes = kernelRule(kernel).attributes(given, infos)
      const output = define(kernelRule(kernel).output(infos, attributes))
      nodes.push({ kernel, inputs: operands, attributes, output })
      return output
    },
  })
  const named = Object.entries(outputs).map(([key, value]): GraphOutput => {
    const state = /^state (.*)$/.exec(key)?.[1]
    return state === undefined ? { value, to: 'output', name: key } : { value, to: 'state', name: state }
  })
  return { values, inputs, constants, nodes, outputs: named }
}

export type Numbers = readonly number[] | Float32Array | Int32Array | Uint8Array

/** Runs a graph with tfjs' cpu kernels; values of inputs and state by name, results as in `buildGraph`. */
export async function interpret(
  graph: Graph,
  given: Readonly<Record<string, Numbers>>,
): Promise<Record<string, Float32Array>> {
  await tf.setBackend('cpu')
  return tf.tidy(() => {
    const tensors = new Map<ValueId, tf.TensorInfo>()
    const tensorOf = (value: ValueId, data: Numbers) => {
      const { shape, dtype } = infoOf(graph, value)
      tensors.set(value, tf.tensor(Array.from(data), [...shape], dtype))
    }
    for (const { value, name } of graph.inputs) tensorOf(value, given[name]!)
    for (const { value, data } of graph.constants) {
      tensorOf(value, typeof data === 'number' ? Array(sizeOf(infoOf(graph, value).shape)).fill(data) : data)
    }
    for (const { kernel, inputs, attributes, output } of graph.nodes) {
      const given = inputs.map((input) => tensors.get(input)!)
      tensors.set(output, runKernel(kernel, given, attributes))
    }
    return Object.fromEntries(
      graph.outputs.map(({ value, to, name }) => [
        to === 'state' ? `state ${name}` : name,
        Float32Array.from((tensors.get(value) as tf.Tensor).dataSync()),
      ]),
    )
  })
}

function runKernel(kernel: KernelName, inputs: readonly tf.TensorInfo[], attributes: Attributes): tf.TensorInfo {
  if (kernel === 'LogSoftmax') return tf.logSoftmax(inputs[0] as tf.Tensor, attributes.axis as number) // no kernel of cpu
  // one kernel of tfjs, which has two results
  if (kernel === 'TopKValues') return tf.topk(inputs[0] as tf.Tensor, attributes.k as number).values
  if (kernel === 'TopKIndices') return tf.topk(inputs[0] as tf.Tensor, attributes.k as number).indices
  const { inputs: names } = kernelRule(kernel)
  const named: tf.NamedTensorInfoMap =
    names === 'list'
      ? (inputs as unknown as tf.NamedTensorInfoMap)
      : Object.fromEntries(names.map((name, index) => [name, inputs[index]!]))
  // of the input only its shape matters, and that is all a graph keeps of it
  if (kernel === 'AvgPoolGrad') named.input = tf.zeros(attributes.inputShape as number[])
  return tf.engine().runKernel(kernel, named as tf.NamedTensorMap, tfjsAttributes(kernel, attributes)) as tf.TensorInfo
}

/** tfjs' own names for what the graph has in normal form. */
function tfjsAttributes(kernel: KernelName, { axes, pads, paddings, ...rest }: Attributes): tf.NamedAttrMap {
  const pairs = (list: Attributes[string]) =>
    (list as number[]).flatMap((before, index, all) => (index % 2 === 0 ? [[before, all[index + 1]!]] : []))
  const all: Record<string, unknown> = {
    ...rest,
    ...(axes !== undefined && { axis: axes, reductionIndices: axes, dims: axes }),
    ...(pads !== undefined && { pad: [[0, 0], ...pairs(pads), [0, 0]], dataFormat: 'NHWC', filterSize: rest.size }),
    ...(paddings !== undefined && { paddings: pairs(paddings) }),
  }
  if (kernel === 'Softmax') return { dim: all.axis as number }
  if (kernel === 'OneHot') all.dtype = 'float32'
  if (kernel === 'StridedSlice') {
    const [begin, size, strides] = [rest.begin, rest.size, rest.strides] as number[][]
    const end = begin!.map((from, axis) => from + size![axis]! * strides![axis]!)
    const endMask = end.reduce((bits, last, axis) => (last < 0 ? bits | (1 << axis) : bits), 0)
    Object.assign(all, { end, endMask, beginMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 })
  }
  return all as unknown as tf.NamedAttrMap
}

/** Both graphs compute the same from the same. */
export async function expectSameResults(before: Graph, after: Graph, given: Readonly<Record<string, Numbers>>) {
  const expected = await interpret(before, given)
  const found = await interpret(after, given)
  expect(Object.keys(found)).toEqual(Object.keys(expected))
  for (const [name, values] of Object.entries(expected)) {
    expectClose(found[name]!, values, name, { relative: 1e-5, absolute: 1e-7 })
  }
}

/** Values for every input of a network's training step. */
export function givenTo(graph: Graph, { programs, batch, spec }: Network): Record<string, Numbers> {
  const { arrays } = batch(0)
  const state = programs.train.state.map(({ name, initial }) => [name, initial().map((value) => Math.abs(value) + 0.1)])
  const inputs = graph.inputs.flatMap((input): [string, Numbers][] => {
    if (input.from === 'state') return []
    const count = sizeOf(infoOf(graph, input.value).shape)
    if (input.input.kind !== 'noise') return [[input.name, (arrays[input.name] as Uint8Array) ?? [0.01]]]
    const { stream, distribution } = input.input
    const key = { seed: spec.seed, purpose: PURPOSE.noise, stream, step: 0 }
    return [[input.name, drawNoise(distribution, key, count)]]
  })
  return Object.fromEntries([...state, ...inputs])
}
