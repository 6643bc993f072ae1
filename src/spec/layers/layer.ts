/** Shared by all layers: functions that define a layer, and fields that several families have. */
import { z } from 'zod'
import { activationName } from '../activations.js'
import { constraint } from '../constraints.js'
import { formed, member, type RuleIssue } from '../family.js'
import { identifier } from '../identifier.js'
import { initializer } from '../initializers.js'
import { regularizer } from '../regularizers.js'
import { withShortForm } from '../short-forms.js'
import { LARGEST, LONGEST_LIST, MOST_AXES, whole } from '../whole.js'

/** A layer without weights. */
export const layer = <const Type extends string, Fields extends z.core.$ZodShape, const Alias extends string = never>(
  type: Type,
  description: string,
  fields: Fields,
  aliases: readonly Alias[] = [],
) => member(type, description, { name, inputs, ...fields }, aliases)

/** A layer with weights. */
export const weighted = <
  const Type extends string,
  Fields extends z.core.$ZodShape,
  const Alias extends string = never,
>(
  type: Type,
  description: string,
  fields: Fields,
  aliases: readonly Alias[] = [],
) => layer(type, description, { trainable, ...fields }, aliases)

export const name = identifier
  .optional()
  .describe(
    'Name of the layer, unique in the model. The names of its weights start with it. Default: the type in snake_case, numbered from the second on: dense, dense_1.',
  )

const inputs = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1).max(LONGEST_LIST)])
  .optional()
  .describe(
    'Names of the input layers, or the name of the only one; in a Functional model or a Block. Default: the layer before. In a Block, "input" is the input of the block.',
  )

const trainable = z.boolean().default(true).describe('Whether its weights are trained. With false they never change.')

export const size = whole(1)

export const rate = (description: string) => z.number().min(0).lt(1).describe(description)

export const activation = (description: string) => activationName.describe(description)
export const activated = { activation: activation('Activation function of the output.').default('linear') }

/** Fields of a layer with a kernel, and of one with a bias, in the order of Keras. */
export const kernel = {
  kernel_initializer: initializer('glorot_uniform', 'First values of the weights.'),
  kernel_regularizer: regularizer('Regularizer of the weights.'),
  kernel_constraint: constraint('Constraint on the weights, applied after each update.'),
}
export const biasInitially = {
  bias_initializer: initializer('zeros', 'First values of the bias.'),
  bias_regularizer: regularizer('Regularizer of the bias.'),
  bias_constraint: constraint('Constraint on the bias, applied after each update.'),
}
export const bias = {
  use_bias: z.boolean().default(true).describe('Whether to add a bias.'),
  ...biasInitially,
}
export const onOutput = {
  activity_regularizer: regularizer('Regularizer of the output, divided by the number of samples.'),
}

export const axis = whole(-LARGEST)
export const axes = (description: string) =>
  z
    .union([axis, z.array(axis).min(1).max(MOST_AXES)])
    .default(-1)
    .describe(description)

/** The schema of a whole number per axis, or a single one for all axes. A resolved spec has one per axis. */
export const perAxis = (axes: number, least: number, most = LARGEST) => {
  const each = (given: number) => Array<number>(axes).fill(given)
  const either = z.union([whole(least, most), z.array(whole(least, most)).length(axes)])
  return formed(
    withShortForm(either, (value) => (typeof value === 'number' ? each(value) : undefined)),
    (given) => (typeof given === 'number' ? each(given) : given),
  )
}

/** A layer inside another one has the input of the outer layer, so it must not name inputs. */
export function* wiringRules(layer: object): Iterable<RuleIssue> {
  if (!('inputs' in layer) || layer.inputs === undefined) return
  const message = 'found inputs, but a layer inside another one always has the input of the outer layer'
  yield { code: 'order', path: ['inputs'], message }
}

/** keras/src/utils/naming.py: `Conv2DTranspose` -> `conv2d_transpose`. */
export const snakeCase = (type: string): string =>
  type
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
