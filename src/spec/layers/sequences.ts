/** Embedding and Masking (keras/src/layers/core), and PositionEmbedding (KerasHub: keras_hub/src/layers/modeling/position_embedding.py). */
import { z } from 'zod'
import { constraint } from '../constraints.js'
import { initializer } from '../initializers.js'
import { regularizer } from '../regularizers.js'
import { layer, onOutput, size, weighted } from './layer.js'

export const SEQUENCES = [
  weighted('Embedding', 'A vector for each whole number.', {
    input_dim: size.describe('How many numbers there are: the largest and 1.'),
    output_dim: size.describe('Length of a vector.'),
    embeddings_initializer: initializer('random_uniform', 'First values of the vectors.'),
    embeddings_regularizer: regularizer('What the vectors add to the loss.'),
    embeddings_constraint: constraint('What is done to the vectors after each update.'),
    mask_zero: z.boolean().default(false).describe('Whether 0 stands for no number: recurrent layers pass it over.'),
    ...onOutput,
  }),
  weighted(
    'PositionEmbedding',
    'A learnt vector for each step, as long as a step has features: to be added to what comes in.',
    {
      sequence_length: size.describe('The most steps there may be.'),
      initializer: initializer('glorot_uniform', 'First values of the vectors.'),
    },
  ),
  layer('Masking', 'Has steps passed over whose features are all one value.', {
    mask_value: z.number().default(0).describe('The value.'),
  }),
] as const
