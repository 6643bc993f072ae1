/**
 * The gradient of a mean over a plane, as tfjs writes it: a number for each channel of each sample, repeated over the
 * plane, divided by its size, and here multiplied by another value. The repeated numbers need not be stored.
 */
import type { Graph } from '../graph/graph.js'
import { isScalar, numberOf } from '../graph/view.js'
import { hole, op } from '../passes/pattern.js'
import { applyRules, newNode, rule } from '../passes/rewriter.js'

/** Replaces ((dy ones) / n) x by x (dy / n), where x has the shape of the result. */
const repeatedMean = rule(
  op('Multiply', [
    op(
      'RealDiv',
      [
        op('Multiply', ['dy', hole('ones', (value, view) => numberOf(value, view) === 1)], { usedOnce: true }),
        hole('count', isScalar),
      ],
      { usedOnce: true },
    ),
    'x',
  ]),
  ({ dy, count, x }, { infoOf, add }, { output }) =>
    infoOf(x).shape.join() === infoOf(output).shape.join()
      ? newNode('Multiply', [x, add(newNode('RealDiv', [dy, count]))])
      : undefined,
)

export const meanGradients = (graph: Graph): Graph => applyRules(graph, [repeatedMean], 'gradients of means')
