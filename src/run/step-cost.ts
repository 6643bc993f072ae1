/** Derives the arithmetic and memory of a training step from its graph. */
import { type BatchShape, type Shape, sizeOf, withBatch } from '../base/shape.js'
import type { Slot } from '../base/slot.js'
import { costOf } from '../engine/compiled/graph/cost.js'
import { memoryOf } from '../engine/compiled/graph/memory.js'
import { simplifiedGraph } from '../engine/compiled/passes/simplified.js'
import { splitUpdate } from '../engine/compiled/passes/split-update.js'
import type { SummaryReport } from '../export/summary-report.js'
import type { Program } from '../program/program.js'
import type { Learner } from './learner.js'

/** Bytes of a float32. */
const FLOAT = 4

/** `flops` are multiplications and additions of products and convolutions; `memory` is in bytes. */
export async function stepCost(
  { train, evaluate }: Learner['programs'],
  batchSize: number,
): Promise<Pick<SummaryReport, 'flops' | 'memory'>> {
  const graph = await simplifiedGraph(train, batchSize)
  const step = costOf(graph).flops
  const inference = costOf(await simplifiedGraph(evaluate, batchSize)).flops
  const { outputs: gradients, between: activations } = memoryOf(splitUpdate(graph).graph)
  const stateBytes = (role: Slot['role']) =>
    bytesOf(train.state.filter((slot) => slot.role === role).map(({ shape }) => shape))
  const inputs = bytesOf(train.inputs.map((input) => withBatch(shapeOf(input), batchSize)))
  const [weights, optimizer] = [stateBytes('weight'), stateBytes('optimizer') + stateBytes('chain')]
  return {
    flops: { step, step_per_sample: step / batchSize, inference_per_sample: inference / batchSize },
    memory: {
      weights,
      optimizer,
      gradients,
      inputs,
      activations,
      total: weights + optimizer + gradients + inputs + activations,
    },
  }
}

const bytesOf = (shapes: readonly Shape[]): number => FLOAT * shapes.reduce((sum, shape) => sum + sizeOf(shape), 0)

const shapeOf = (input: Program['inputs'][number]): BatchShape => (input.kind === 'scalar' ? [] : input.shape)
