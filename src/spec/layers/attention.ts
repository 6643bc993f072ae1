/** Attention layers (keras/src/layers/attention). */
import { z } from 'zod'
import { MOST_AXES } from '../whole.js'
import { bias, kernel, onOutput, size, weighted } from './layer.js'

const QUERY_VALUE_KEY =
  'Inputs: query, value and key. Without a key, the value is the key. A single input is all three: self-attention.'

/** Fields of every attention layer. */
const attending = {
  dropout: z.number().min(0).lt(1).default(0).describe('Fraction of the attention scores to drop in training.'),
  use_causal_mask: z.boolean().default(false).describe('Whether a step sees only itself and earlier steps.'),
}
/** Fields of attention layers with several heads. */
const manyHeads = {
  sliding_window: size
    .nullable()
    .default(null)
    .describe('A step sees only steps that are fewer than this number away. Default: all.'),
  use_gate: z.boolean().default(false).describe('Whether to multiply the output by a gate, sigmoid(Dense(query)).'),
  ...bias,
  ...kernel,
  ...onOutput,
}

export const ATTENTION = [
  weighted('Attention', `softmax(query . key) . value. ${QUERY_VALUE_KEY}`, {
    use_scale: z.boolean().default(false).describe('Whether to multiply scores by a learned weight.'),
    score_mode: z
      .enum(['dot', 'concat'])
      .default('dot')
      .describe(
        'Score of a query and a key. dot: their product. concat: a learned weight times sum(tanh(query + key)).',
      ),
    ...attending,
  }),
  weighted('AdditiveAttention', `softmax(sum(scale tanh(query + key))) . value. ${QUERY_VALUE_KEY}`, {
    use_scale: z.boolean().default(true).describe('Whether to multiply by a learned weight for each feature.'),
    ...attending,
  }),
  weighted('MultiHeadAttention', `Attention with several heads, each with its own projections. ${QUERY_VALUE_KEY}`, {
    num_heads: size.describe('Number of heads.'),
    key_dim: size.describe('Size of queries and keys of a head.'),
    value_dim: size.nullable().default(null).describe('Size of values of a head. Default: key_dim.'),
    ...attending,
    ...manyHeads,
    output_shape: z
      .union([size, z.array(size).min(1).max(MOST_AXES)])
      .nullable()
      .default(null)
      .describe('Shape of one step of the output. Default: the number of features of the query.'),
  }),
  weighted(
    'GroupQueryAttention',
    `Like MultiHeadAttention, but groups of query heads share one head of keys and values. ${QUERY_VALUE_KEY}`,
    {
      head_dim: size.describe('Size of a head.'),
      num_query_heads: size.describe('Number of heads of the query, a multiple of num_key_value_heads.'),
      num_key_value_heads: size.describe('Number of heads of keys and values.'),
      ...attending,
      ...manyHeads,
    },
  ),
] as const
