/** Optimizers, with the arguments and defaults of Keras 3 (keras/src/optimizers). A new one is one entry of `OPTIMIZERS`. */
import { z } from 'zod'
import { family, member } from './family.js'
import { learningRateSchema } from './schedules.js'

/** Keras also takes a class name in lower case. */
const optimizer = <const Type extends string, Fields extends z.core.$ZodShape>(
  type: Type,
  description: string,
  fields: Fields,
) => member(type, description, fields, [type.toLowerCase()])

const momentum = z
  .number()
  .min(0)
  .max(1)
  .default(0)
  .describe('Share of the last step that is added to this one, 0 to 1; 0 is plain descent.')

const epsilon = z.number().min(0).default(1e-7).describe('Small number, at least 0, that keeps divisions from 0.')

const decay = (value: number, of: string) =>
  z.number().min(0).lt(1).default(value).describe(`Decay of the running mean of ${of}, at least 0 and below 1.`)

const adam = {
  learning_rate: learningRateSchema(0.001),
  beta_1: decay(0.9, 'gradients'),
  beta_2: decay(0.999, 'squared gradients'),
  epsilon,
  amsgrad: z.boolean().default(false).describe('Divide by the largest mean square so far (Reddi et al., 2018).'),
}

export const OPTIMIZERS = [
  optimizer('SGD', 'Gradient descent, with momentum if wanted.', {
    learning_rate: learningRateSchema(0.01),
    momentum,
    nesterov: z.boolean().default(false).describe("Nesterov's momentum; has no effect while momentum is 0."),
  }),
  optimizer('RMSprop', 'Divides the gradient by a running root mean square of itself (Hinton, 2012).', {
    learning_rate: learningRateSchema(0.001),
    rho: z.number().min(0).max(1).default(0.9).describe('Decay of the running mean of squared gradients, 0 to 1.'),
    momentum,
    epsilon,
    centered: z.boolean().default(false).describe('Divide by the standard deviation instead of the root mean square.'),
  }),
  optimizer('Adam', 'Running means of gradient and squared gradient (Kingma and Ba, 2015).', adam),
  optimizer('AdamW', 'Adam with weight decay apart from the gradient (Loshchilov and Hutter, 2019).', {
    ...adam,
    weight_decay: z
      .number()
      .min(0)
      .default(0.004)
      .describe('Share of each weight, times the learning rate, that is taken off in a step; at least 0.'),
  }),
] as const

export const optimizerSchema = family(OPTIMIZERS)
