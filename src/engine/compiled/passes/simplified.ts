/** Makes the simplified graph of a program, which every runtime lowers. */
import type { Program } from '../../../program/program.js'
import type { Graph } from '../graph/graph.js'
import { type TraceOptions, trace } from '../graph/trace.js'
import { recognize } from './recognize.js'
import { simplify } from './simplify.js'
import { stackTerms } from './stack-terms.js'

/** The passes, in order. */
export const PASSES: readonly { readonly name: string; readonly run: (graph: Graph) => Graph }[] = [
  { name: 'simplify', run: simplify },
  { name: 'recognize', run: recognize },
  { name: 'stack terms', run: stackTerms },
  { name: 'simplify', run: simplify },
]

/** The graph of a program for one batch size, after all passes. */
export const simplifiedGraph = async (program: Program, batch: number, options?: TraceOptions): Promise<Graph> =>
  PASSES.reduce((graph, { run }) => run(graph), await trace(program, batch, options))
