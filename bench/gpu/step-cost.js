/** The smallest possible cost of a training step, from its graph: floating-point operations and bytes. */
import { costOf } from '../../dist/engine/compiled/graph/cost.js'
import { simplifiedGraph } from '../../dist/engine/compiled/passes/simplified.js'

const sizeOf = (shape) => shape.reduce((product, dim) => product * dim, 1)

const FLOAT = 4
const HALF = 2

/**
 * `flops`: products only. `bytes`: the bytes that every program must move. Weights and optimizer slots are read once and
 * written once, the batch is read once, and the results of the forward products are written once and read once.
 */
export async function stepCost({ programs, sampleShape, batchSize, precision }) {
  const step = costOf(await simplifiedGraph(programs.train, batchSize))
  const forward = costOf(await simplifiedGraph(programs.evaluate, batchSize))
  const kept = programs.train.state.reduce((sum, slot) => sum + sizeOf(slot.shape), 0)
  const width = precision === 'mixed_float16' ? HALF : FLOAT
  return {
    flops: step.flops,
    bytes: 2 * FLOAT * kept + FLOAT * batchSize * sizeOf(sampleShape) + 2 * width * forward.outputs,
  }
}

/** The roofline: no step takes less than its arithmetic at the peak, or its bytes at the bandwidth. */
export function lowerBound({ flops, bytes }, { peak, bandwidth }) {
  const [arithmetic, memory] = [(1e3 * flops) / peak, (1e3 * bytes) / bandwidth]
  return { ms: Math.max(arithmetic, memory), by: arithmetic > memory ? 'arithmetic' : 'memory' }
}

/** Bytes that trainspec sends to the GPU in a step: all inputs of the program, with noise. */
export const fedBytes = (inputs, batchSize) =>
  inputs.reduce((sum, { shape = [] }) => sum + FLOAT * sizeOf(shape.map((dim) => dim ?? batchSize)), 0)
