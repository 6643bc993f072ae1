/**
 * Weight initializers with Keras' names and default arguments (keras/src/initializers). A new one is one entry of
 * `INITIALIZERS`.
 */
import { z } from 'zod'
import { type DeepReadonly, family, member } from './family.js'

const deviation = z.number().min(0).default(0.05).describe('Standard deviation.')
const gain = z.number().default(1).describe('Factor of every value.')
const mean = z.number().default(0).describe('Mean.')

export const INITIALIZERS = [
  member('zeros', 'All 0.', {}, ['zero', 'Zeros']),
  member('ones', 'All 1.', {}, ['one', 'Ones']),
  member('constant', 'One constant.', { value: z.number().default(0).describe('The value.') }, ['Constant']),
  member('identity', 'The identity matrix, for weights of two axes.', { gain }, ['Identity', 'IdentityInitializer']),
  member('glorot_uniform', 'Uniform within sqrt(6 / (inputs + outputs)) of 0 (Glorot and Bengio, 2010).', {}, [
    'GlorotUniform',
  ]),
  member('glorot_normal', 'Truncated normal of variance 2 / (inputs + outputs) (Glorot and Bengio, 2010).', {}, [
    'GlorotNormal',
  ]),
  member('he_uniform', 'Uniform within sqrt(6 / inputs) of 0; suits relu (He et al., 2015).', {}, ['HeUniform']),
  member('he_normal', 'Truncated normal of variance 2 / inputs; suits relu (He et al., 2015).', {}, ['HeNormal']),
  member('lecun_uniform', 'Uniform within sqrt(3 / inputs) of 0 (LeCun et al., 1998).', {}, ['LecunUniform']),
  member('lecun_normal', 'Truncated normal of variance 1 / inputs; suits selu (LeCun et al., 1998).', {}, [
    'LecunNormal',
  ]),
  member('random_normal', 'Normal.', { mean, stddev: deviation }, ['normal', 'RandomNormal']),
  member(
    'random_uniform',
    'Uniform between two values.',
    {
      minval: z.number().default(-0.05).describe('Least value.'),
      maxval: z.number().default(0.05).describe('Largest value.'),
    },
    ['uniform', 'RandomUniform'],
  ),
  member('truncated_normal', 'Normal, redrawn beyond two standard deviations.', { mean, stddev: deviation }, [
    'TruncatedNormal',
  ]),
  member(
    'variance_scaling',
    'Random, with a variance that depends on the number of inputs and outputs.',
    {
      scale: z.number().gt(0).default(1).describe('Variance, times the number of connections.'),
      mode: z
        .enum(['fan_in', 'fan_out', 'fan_avg'])
        .default('fan_in')
        .describe('Connections whose number scales the variance: inputs, outputs, or their mean.'),
      distribution: z
        .enum(['truncated_normal', 'untruncated_normal', 'uniform'])
        .default('truncated_normal')
        .describe('Distribution of the values.'),
    },
    ['VarianceScaling'],
  ),
  member('orthogonal', 'An orthogonal matrix (Saxe et al., 2014), for weights of two axes or more.', { gain }, [
    'Orthogonal',
    'OrthogonalInitializer',
  ]),
] as const

const initializerSchema = family(INITIALIZERS).meta({ id: 'initializer' })
export type InitializerSpec = DeepReadonly<z.output<typeof initializerSchema>>

/** The schema of an initializer, written as its name or as an object with its arguments. */
export const initializer = (given: InitializerSpec['type'] | InitializerSpec, description: string) =>
  initializerSchema.prefault(given as never).describe(description)
