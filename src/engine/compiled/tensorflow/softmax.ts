/** Writes a softmax as one operator, unless log-softmax of the same value is computed too, of which it is the exp. */
import type { Graph, ValueId } from '../graph/graph.js'
import type { View } from '../graph/view.js'
import { alongAxis } from './lowerings/elementwise.js'
import { type OperatorRule, type Rewriting, rewritingOf } from './rewriting.js'

const alone: OperatorRule = (node, { usersOf, infoOf }) => {
  const { kernel, inputs, output } = node
  const [x] = inputs as [ValueId]
  if (kernel !== 'Softmax' || usersOf(x).some(({ kernel }) => kernel === 'LogSoftmax')) return undefined
  return {
    replaced: [output],
    write: (emit, nameOf) => [[output, alongAxis('Softmax')(emit, node, [nameOf(x)], [infoOf(x)])]],
  }
}

export const softmaxes = (graph: Graph, view: View): Rewriting => rewritingOf(graph, view, [alone])
