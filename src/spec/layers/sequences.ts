/** Embedding and Masking (keras/src/layers/core), and PositionEmbedding (KerasHub: keras_hub/src/layers/modeling/position_embedding.py). */
import { z } from 'zod'
import { constraint } from '../constraints.js'
import { nameIn } from '../family.js'
import { initializer } from '../initializers.js'
import { regularizer } from '../regularizers.js'
import { AUTO_SIZE } from './core.js'
import { layer, onOutput, size, weighted } from './layer.js'

const embedding = {
  input_dim: z
    .union([
      size,
      nameIn({ auto: 'As many as there are numbers of tokens or categories in the data.' }).transform(() => AUTO_SIZE),
    ])
    .describe(
      'Number of different integers: the largest plus 1. "auto", for numbers of tokens or categories: as many as the data have.',
    ),
  output_dim: size.describe('Length of a vector.'),
  embeddings_initializer: initializer('random_uniform', 'First values of the vectors.'),
  embeddings_regularizer: regularizer('Regularizer of the vectors.'),
  embeddings_constraint: constraint('Constraint on the vectors, applied after each update.'),
  mask_zero: z.boolean().default(false).describe('Whether 0 means padding: recurrent layers skip it.'),
  ...onOutput,
}

export const SEQUENCES = [
  weighted('Embedding', 'Maps each integer to a learned vector.', embedding),
  weighted(
    'ReversibleEmbedding',
    'An Embedding that a Shared layer with "reverse" applies the other way: a vector . the vectors of all integers.',
    {
      ...embedding,
      tie_weights: z
        .boolean()
        .default(true)
        .describe(
          'Whether the other way uses the same vectors. false: it has a kernel of its own, reverse_embeddings.',
        ),
      reverse_dtype: nameIn({ float32: 'Numbers of 32 bits, as everywhere.' })
        .nullable()
        .default(null)
        .describe('Accepted as in Keras, but has no effect: "precision" decides about the other way too.'),
      logit_soft_cap: z
        .number()
        .gt(0)
        .nullable()
        .default(null)
        .describe('The other way gives cap tanh(x / cap), which is within -cap and cap. null: x.'),
      reverse: z
        .boolean()
        .default(false)
        .describe('Whether this place in the model is the other way; a Shared layer says it for its own place.'),
    },
  ),
  weighted('PositionEmbedding', 'A learned vector for each step, to be added to the features of the step.', {
    sequence_length: size.describe('Largest number of steps.'),
    initializer: initializer('glorot_uniform', 'First values of the vectors.'),
  }),
  layer('Masking', 'Masks the steps whose features all have one value.', {
    mask_value: z.number().default(0).describe('The value.'),
  }),
] as const
