/** Initial values of attention with several heads, whose kernels have the fans of Keras' EinsumDense. */
import { expect, test } from 'vitest'
import { buildModel } from '../../../src/model/model.js'
import { resolveModel } from '../../support/spec.js'

/** The largest value of each kernel in Keras 3.15.1, of a uniform distribution. */
test.each([
  [
    { type: 'MultiHeadAttention', num_heads: 4, key_dim: 16, value_dim: 8 },
    { query: 0.2165, key: 0.2165, value: 0.25, attention_output: 0.25 },
  ],
  [
    { type: 'GroupQueryAttention', head_dim: 16, num_query_heads: 4, num_key_value_heads: 2 },
    { query: 0.2165, key: 0.25, value: 0.25, attention_output: 0.2165 },
  ],
])('%j', (layer, largest) => {
  const { weights } = buildModel(resolveModel([layer]), { x: [5, 64] }, 1)
  for (const [name, bound] of Object.entries(largest)) {
    const kernel = weights.find((weight) => weight.name.endsWith(`/${name}/kernel`))!
    const found = Math.max(...kernel.initial().map(Math.abs))
    expect(found).toBeLessThan(bound * 1.001)
    expect(found).toBeGreaterThan(bound * 0.99)
  }
})
