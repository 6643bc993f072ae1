/** Checks a graph against its specification (`graph.ts`): after tracing, after every pass, before a runtime sees it. */
import { isDeepStrictEqual } from 'node:util'
import { formatShape, sizeOf } from '../../../base/shape.js'
import { type Graph, infoOf, type ValueId } from './graph.js'
import { KERNELS, kernelRule } from './kernels.js'
import type { ValueInfo } from './value.js'

/** Throws an internal error that names the first fault; otherwise returns the graph. */
export function verify(graph: Graph, after: string): Graph {
  const fail = (fault: string): never => {
    throw new Error(`internal: graph after ${after}: ${fault}`)
  }
  const defined = new Set<ValueId>()
  const define = (value: ValueId, by: string) => {
    if (!graph.values.has(value)) fail(`${by} defines value ${value}, which has no shape`)
    if (defined.has(value)) fail(`value ${value} is defined twice, again by ${by}`)
    defined.add(value)
  }
  for (const input of graph.inputs) define(input.value, `input ${input.name}`)
  for (const { value, data } of graph.constants) {
    define(value, 'a constant')
    const size = sizeOf(infoOf(graph, value).shape)
    if (typeof data !== 'number' && data.length !== size)
      fail(`constant ${value} holds ${data.length} of ${size} elements`)
  }
  for (const { kernel, inputs, attributes, output } of graph.nodes) {
    if (!Object.hasOwn(KERNELS, kernel)) fail(`unknown kernel ${kernel}`)
    const rule = kernelRule(kernel)
    if (rule.inputs === 'list') {
      if (inputs.length === 0) fail(`${kernel} has no inputs`)
    } else if (inputs.length !== rule.inputs.length) {
      fail(`${kernel} has ${inputs.length} inputs, not ${rule.inputs.length}`)
    }
    for (const input of inputs) if (!defined.has(input)) fail(`${kernel} uses value ${input} before it is defined`)
    const infos = inputs.map((input) => infoOf(graph, input))
    const normal = attempt(() => rule.attributes({ ...attributes } as never, infos))
    if (!isDeepStrictEqual(normal, attributes)) {
      fail(`attributes of ${kernel} are not in normal form: ${JSON.stringify(attributes)}`)
    }
    define(output, kernel)
    const expected =
      attempt(() => rule.output(infos, attributes)) ?? fail(`${kernel} cannot take ${infos.map(format).join(' and ')}`)
    const found = infoOf(graph, output)
    if (found.dtype !== expected.dtype || found.shape.join() !== expected.shape.join()) {
      fail(`${kernel} gives ${format(found)}, not ${format(expected)}`)
    }
  }
  const stateShapes = new Map(
    graph.inputs.filter(({ from }) => from === 'state').map(({ name, value }) => [name, infoOf(graph, value).shape]),
  )
  for (const { value, to, name } of graph.outputs) {
    if (!defined.has(value)) fail(`output ${name} is never computed`)
    if (to === 'state' && stateShapes.get(name)?.join() !== infoOf(graph, value).shape.join()) {
      fail(`new state ${name} has shape ${formatShape(infoOf(graph, value).shape)}`)
    }
  }
  return graph
}

const format = ({ dtype, shape }: ValueInfo): string => `${dtype} ${formatShape(shape)}`

/** Returns undefined if `work` throws. */
function attempt<Result>(work: () => Result): Result | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
