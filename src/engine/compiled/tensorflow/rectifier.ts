/** Recognizes gradients of relu (products with a step), for which TensorFlow has a single operator. */
import { consumersOf, type Graph, infoOf, type ValueId } from '../graph/graph.js'
import { FLOAT } from './lowerings/lowering.js'
import type { Rewriting, Writer } from './rewriting.js'

export function rectifierGradients(graph: Graph): Rewriting {
  const producers = new Map(graph.nodes.map((node) => [node.output, node]))
  const consumers = consumersOf(graph)
  const results = new Set(graph.outputs.map(({ value }) => value))
  const written = new Map<ValueId, Writer>()
  const replaced = new Set<ValueId>()
  for (const { kernel, inputs, output } of graph.nodes) {
    if (kernel !== 'Multiply') continue
    const at = inputs.findIndex((input) => {
      const step = producers.get(input)
      return step?.kernel === 'Step' && step.attributes.alpha === 0 && consumers.get(input)!.length === 1
    })
    const [step, gradient] = [inputs[at], inputs[1 - at]]
    if (step === undefined || gradient === undefined || results.has(step)) continue
    const shapes = [step, gradient].map((value) => infoOf(graph, value).shape.join())
    if (shapes[0] !== shapes[1]) continue
    const features = producers.get(step)!.inputs[0]!
    written.set(output, (emit, nameOf) => {
      const name = emit.op('ReluGrad', [gradient, features].map(nameOf), FLOAT)
      return [output, step].map((value) => [value, name])
    })
    for (const value of [output, step]) replaced.add(value)
  }
  return { written, replaced }
}
