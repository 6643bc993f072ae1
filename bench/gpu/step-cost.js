/** What a training step must cost, derived from the layers of a spec: floating-point operations and bytes. */
import { UserError } from '../../dist/base/issue.js'
import { layerRule } from '../../dist/model/layers/registry.js'

const sizeOf = (shape) => shape.reduce((product, dim) => product * dim, 1)

/** Layers with products: multiplications and additions for one sample in the forward pass; 0 for the others. */
export const PRODUCTS = {
  Input: () => 0,
  Dense: ({ units }, shape) => 2 * sizeOf(shape) * units,
  Activation: () => 0,
  Dropout: () => 0,
  Flatten: () => 0,
  Reshape: () => 0,
}

const FLOAT = 4
const HALF = 2

/**
 * `flops`: products only, forward, for the gradient of the weights, and for the gradient of what came in, which the
 * first layer does not need. `bytes`: what no program can avoid moving. Weights and optimizer slots are read once and
 * written once, the batch is read once, and the output of each layer with products is written once and read once.
 */
export function stepCost({ spec, info, state, batchSize, precision }) {
  let shape = info.sampleShape
  let flops = 0
  let outputs = 0
  for (const layer of spec.model.layers) {
    const products = PRODUCTS[layer.type]
    if (!products) throw new UserError(`bench/gpu/step-cost.js does not know the products of layer ${layer.type}.`)
    const forward = products(layer, shape)
    const first = flops === 0
    shape = layerRule(layer).outputShape(layer, shape)
    if (forward === 0) continue
    flops += forward * (first ? 2 : 3)
    outputs += sizeOf(shape)
  }
  const kept = state.reduce((sum, slot) => sum + sizeOf(slot.shape), 0)
  const width = precision === 'mixed_float16' ? HALF : FLOAT
  return {
    flops: batchSize * flops,
    bytes: 2 * FLOAT * kept + batchSize * (FLOAT * sizeOf(info.sampleShape) + 2 * width * outputs),
  }
}

/** The roofline: no step takes less than its arithmetic at the peak, or its bytes at the bandwidth. */
export function lowerBound({ flops, bytes }, { peak, bandwidth }) {
  const [arithmetic, memory] = [(1e3 * flops) / peak, (1e3 * bytes) / bandwidth]
  return { ms: Math.max(arithmetic, memory), by: arithmetic > memory ? 'arithmetic' : 'memory' }
}

/** Bytes that trainspec sends to the card in a step: all inputs of the program, noise included. */
export const fedBytes = (inputs, batchSize) =>
  inputs.reduce((sum, { shape = [] }) => sum + FLOAT * sizeOf(shape.map((dim) => dim ?? batchSize)), 0)
