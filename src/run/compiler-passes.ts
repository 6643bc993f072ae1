/** Counts the nodes in the graph of a program after each compiler pass. */
import { trace } from '../engine/compiled/graph/trace.js'
import { PASSES } from '../engine/compiled/passes/simplified.js'
import { splitUpdate } from '../engine/compiled/passes/split-update.js'
import type { SummaryReport } from '../export/summary-report.js'
import type { Program } from '../program/program.js'

/** Returns the counts in the order of the passes. The first entry is the traced graph. */
export async function compilerPasses(
  program: Program,
  batchSize: number,
): Promise<NonNullable<SummaryReport['explain']>['passes']> {
  let graph = await trace(program, batchSize)
  const passes = [{ name: 'traced', nodes: graph.nodes.length }]
  for (const { name, run } of PASSES) {
    graph = run(graph)
    passes.push({ name, nodes: graph.nodes.length })
  }
  return [...passes, { name: 'update cut off', nodes: splitUpdate(graph).graph.nodes.length }]
}
