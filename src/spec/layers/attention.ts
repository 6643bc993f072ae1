/** Steps that look at each other (keras/src/layers/attention). */
import { z } from 'zod'
import { MOST_AXES } from '../whole.js'
import { bias, kernel, onOutput, size, weighted } from './layer.js'

const QUERY_VALUE_KEY = 'Inputs: query, value and, if it is not the value, key; one input is all three: self-attention.'

/** Fields of every attention. */
const attending = {
  dropout: z.number().min(0).lt(1).default(0).describe('Fraction of the attention to drop in training.'),
  use_causal_mask: z.boolean().default(false).describe('Whether a step sees only itself and what came before.'),
}
/** Fields of an attention of many heads. */
const manyHeads = {
  sliding_window: size
    .nullable()
    .default(null)
    .describe('A step sees only those less than this many steps away. Default: all.'),
  use_gate: z
    .boolean()
    .default(false)
    .describe('Whether the query opens and shuts what is seen: times sigmoid(Dense(query)).'),
  ...bias,
  ...kernel,
  ...onOutput,
}

export const ATTENTION = [
  weighted('Attention', `softmax(query . key) . value. ${QUERY_VALUE_KEY}`, {
    use_scale: z.boolean().default(false).describe('Whether scores are multiplied by a weight.'),
    score_mode: z
      .enum(['dot', 'concat'])
      .default('dot')
      .describe(
        'How a query and a key are compared: dot, their product; concat, a weight times sum(tanh(query + key)).',
      ),
    ...attending,
  }),
  weighted('AdditiveAttention', `softmax(sum(scale tanh(query + key))) . value. ${QUERY_VALUE_KEY}`, {
    use_scale: z.boolean().default(true).describe('Whether each feature has a weight.'),
    ...attending,
  }),
  weighted('MultiHeadAttention', `Attention of several heads, each to projections of its own. ${QUERY_VALUE_KEY}`, {
    num_heads: size.describe('Number of heads.'),
    key_dim: size.describe('Size of queries and keys of a head.'),
    value_dim: size.nullable().default(null).describe('Size of values of a head. Default: key_dim.'),
    ...attending,
    ...manyHeads,
    output_shape: z
      .union([size, z.array(size).min(1).max(MOST_AXES)])
      .nullable()
      .default(null)
      .describe('Shape of a step of the output. Default: as many features as the query has.'),
  }),
  weighted(
    'GroupQueryAttention',
    `As MultiHeadAttention, but several heads of the query share one of keys and values. ${QUERY_VALUE_KEY}`,
    {
      head_dim: size.describe('Size of a head.'),
      num_query_heads: size.describe('Number of heads of the query, a multiple of num_key_value_heads.'),
      num_key_value_heads: size.describe('Number of heads of keys and values.'),
      ...attending,
      ...manyHeads,
    },
  ),
] as const
