/** Makes an ONNX model of a program that keeps its state, for batches of any size, to be run by other programs. */
import type { Named } from '../../../base/field.js'
import type { Program } from '../../../program/program.js'
import { type Graph, infoOf, isOfSamples } from '../graph/graph.js'
import { simplifiedGraph } from '../passes/simplified.js'
import { forAnyBatch } from './any-batch.js'
import { type Lowered, lower } from './lower.js'
import type { OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from './model-writer.js'

/**
 * Sizes of the batches to trace with. If another dimension of a model is one of the two, the graphs may differ in more
 * than the batch; the next pair is tried then.
 */
const SIZES = [
  [13, 17],
  [19, 23],
  [29, 31],
] as const

/**
 * Returns a program as operators. Its inputs and outputs have their names in the program, which must differ from one
 * another; `state` has the values of its state by name, which become constants. No value inside has a name that is
 * `reserved`.
 */
export async function portableGraph(
  program: Program,
  state: Named<Float32Array>,
  reserved: Iterable<string> = [],
): Promise<OnnxGraph> {
  for (const [small, large] of SIZES) {
    const one = await traced(program, small)
    const other = await traced(program, large)
    const whole = forAnyBatch(
      { batch: small, graph: one.lowered.onnx },
      { batch: large, graph: other.lowered.onnx },
      inputOf(one),
    )
    if (whole) return named(withState(whole, program, one, state), one, reserved)
  }
  throw new Error('internal: the graph of a model depends on the size of the batch')
}

interface Traced {
  readonly graph: Graph
  readonly lowered: Lowered
}

/** Every input of the program is one of the model, also one that its outputs do not depend on. */
async function traced(program: Program, batch: number): Promise<Traced> {
  const graph = await simplifiedGraph(program, batch)
  const lowered = lower(graph)
  const unread = graph.inputs.flatMap(({ from, value }): OnnxValue[] => {
    const name = lowered.nameOf(value)
    const { dtype, shape } = infoOf(graph, value)
    return from === 'input' && !lowered.inputs.has(name) ? [{ name, element: dtype, shape }] : []
  })
  return { graph, lowered: { ...lowered, onnx: { ...lowered.onnx, inputs: [...lowered.onnx.inputs, ...unread] } } }
}

/** The name of an input that has a row for each sample. */
const inputOf = ({ graph, lowered }: Traced): string => lowered.nameOf(graph.inputs.find(isOfSamples)!.value)

/** Replaces the inputs that are state by constants. */
function withState(
  whole: OnnxGraph,
  program: Program,
  { graph, lowered }: Traced,
  state: Named<Float32Array>,
): OnnxGraph {
  const shapes = new Map(program.state.map(({ name, shape }) => [name, shape]))
  const constants = graph.inputs.flatMap(({ from, name, value }): OnnxTensor[] => {
    const own = lowered.nameOf(value)
    if (from !== 'state' || !lowered.inputs.has(own)) return []
    return [{ name: own, element: 'float32', shape: shapes.get(name)!, data: state[name]! }]
  })
  const names = new Set(constants.map(({ name }) => name))
  return {
    ...whole,
    initializers: [...constants, ...whole.initializers],
    inputs: whole.inputs.filter(({ name }) => !names.has(name)),
  }
}

/** Gives inputs, outputs and state their names in the program, and all other values names that differ from these. */
function named(whole: OnnxGraph, { graph, lowered }: Traced, reserved: Iterable<string>): OnnxGraph {
  const names = new Map<string, string>()
  const taken = new Set([
    ...reserved,
    ...graph.inputs.flatMap(({ from, name }) => (from === 'input' ? [name] : [])),
    ...graph.outputs.map(({ name }) => name),
  ])
  const give = (value: string, wanted: string): string => {
    const name = taken.has(wanted) ? `${wanted}_` : wanted
    if (name !== wanted) return give(value, name)
    taken.add(name)
    names.set(value, name)
    return name
  }
  for (const { from, value, name } of graph.inputs) {
    const own = lowered.nameOf(value)
    if (from === 'input') names.set(own, name)
    else give(own, name)
  }
  const copies: OnnxNode[] = []
  const outputs = graph.outputs.map(({ value, name }) => {
    const own = lowered.outputNameOf(value)
    const known = names.get(own)
    if (known === undefined) names.set(own, name)
    else copies.push({ type: 'Identity', inputs: [known], outputs: [name] })
    return { ...whole.outputs.find((output) => output.name === own)!, name }
  })
  const nameOf = (value: string) => names.get(value) ?? give(value, value)
  const inner = whole.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map(nameOf),
    outputs: node.outputs.map(nameOf),
  }))
  return {
    nodes: [...inner, ...copies],
    initializers: whole.initializers.map((tensor) => ({ ...tensor, name: nameOf(tensor.name) })),
    inputs: whole.inputs.map((input) => ({ ...input, name: nameOf(input.name) })),
    outputs,
  }
}
