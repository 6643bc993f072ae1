/** Names of weight initializers with Keras' default arguments (keras/src/initializers). */
import type { z } from 'zod'
import { nameIn } from './family.js'

export const INITIALIZERS = {
  zeros: 'all 0',
  ones: 'all 1',
  glorot_uniform: 'uniform within sqrt(6 / (inputs + outputs)) of 0 (Glorot and Bengio, 2010)',
  glorot_normal: 'truncated normal of variance 2 / (inputs + outputs) (Glorot and Bengio, 2010)',
  he_uniform: 'uniform within sqrt(6 / inputs) of 0; suits relu (He et al., 2015)',
  he_normal: 'truncated normal of variance 2 / inputs; suits relu (He et al., 2015)',
  lecun_uniform: 'uniform within sqrt(3 / inputs) of 0 (LeCun et al., 1998)',
  lecun_normal: 'truncated normal of variance 1 / inputs; suits selu (LeCun et al., 1998)',
  random_normal: 'normal, mean 0, standard deviation 0.05',
  random_uniform: 'uniform between -0.05 and 0.05',
  truncated_normal: 'normal, mean 0, standard deviation 0.05, redrawn beyond two deviations',
} as const

export const initializerName = nameIn(INITIALIZERS)
export type InitializerName = z.output<typeof initializerName>
