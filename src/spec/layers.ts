/** Layers, with the arguments and defaults of Keras 3 (keras/src/layers). A new layer is one entry of `LAYERS`. */
import { z } from 'zod'
import { activationName } from './activations.js'
import { constraint } from './constraints.js'
import { family, member, type RuleIssue, rules } from './family.js'
import { identifier } from './identifier.js'
import { initializer } from './initializers.js'
import { regularizer } from './regularizers.js'
import { LARGEST, whole } from './whole.js'

/** A layer without weights. */
const layer = <const Type extends string, Fields extends z.core.$ZodShape>(
  type: Type,
  description: string,
  fields: Fields,
  aliases: readonly string[] = [],
) => member(type, description, { name, inputs, ...fields }, aliases)

/** A layer with weights. */
const weighted = <const Type extends string, Fields extends z.core.$ZodShape>(
  type: Type,
  description: string,
  fields: Fields,
  aliases: readonly string[] = [],
) => layer(type, description, { trainable, ...fields }, aliases)

const name = identifier
  .optional()
  .describe(
    'Name of the layer, unique in the model; its weights are called after it. Default: the type in snake_case, numbered from the second on: dense, dense_1.',
  )

const inputs = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
  .optional()
  .describe(
    'Name of the layer, or names of the layers, whose output goes in; in a Functional model or a Block. Default: the layer before. In a Block "input" is what goes into the block.',
  )

const trainable = z.boolean().default(true).describe('Whether its weights are trained; false keeps them as they are.')

const size = whole(1)

const rate = z.number().min(0).lt(1).describe('Fraction to drop, at least 0 and below 1.')
const slope = (value: number) => z.number().min(0).default(value).describe('Slope below.')

const activation = (description: string) => activationName.describe(description)

/** Fields of a layer with a kernel, and of one with a bias, as Keras has them. */
const kernel = {
  kernel_initializer: initializer('glorot_uniform', 'First values of the weights.'),
  kernel_regularizer: regularizer('What the weights add to the loss.'),
  kernel_constraint: constraint('What is done to the weights after each update.'),
}
const bias = {
  use_bias: z.boolean().default(true).describe('Whether a bias is added.'),
  bias_initializer: initializer('zeros', 'First values of the bias.'),
  bias_regularizer: regularizer('What the bias adds to the loss.'),
  bias_constraint: constraint('What is done to the bias after each update.'),
}
const onOutput = {
  activity_regularizer: regularizer('What the output adds to the loss, over the number of samples.'),
}

const axis = whole(-LARGEST)
const axes = (description: string) =>
  z
    .union([axis, z.array(axis).min(1)])
    .default(-1)
    .describe(description)
const epsilon = (value: number) =>
  z.number().min(0).default(value).describe('Added to what is divided by, so that it is never 0.')

/** What a layer multiplies by and adds after it has normalized. */
const affine = {
  center: z.boolean().default(true).describe('Whether beta is added.'),
  scale: z.boolean().default(true).describe('Whether there is a factor, gamma.'),
  beta_initializer: initializer('zeros', 'First values of beta.'),
  gamma_initializer: initializer('ones', 'First values of gamma.'),
  beta_regularizer: regularizer('What beta adds to the loss.'),
  gamma_regularizer: regularizer('What gamma adds to the loss.'),
  beta_constraint: constraint('What is done to beta after each update.'),
  gamma_constraint: constraint('What is done to gamma after each update.'),
}

/** A whole number for each axis; one alone stands for all of them. The resolved spec has them all. */
const perAxis = (axes: number, least: number) =>
  z
    .union([whole(least), z.array(whole(least)).length(axes)])
    .transform((given) => (typeof given === 'number' ? Array<number>(axes).fill(given) : given))

/** Before and after, for each axis of two: one number for all sides, or one or a pair for each axis. */
const pairs = z
  .union([whole(0), z.array(z.union([whole(0), z.array(whole(0)).length(2)])).length(2)])
  .transform((given) =>
    (typeof given === 'number' ? [given, given] : given).map((side) =>
      typeof side === 'number' ? [side, side] : side,
    ),
  )

const space = (axes: number) => (axes === 1 ? 'steps' : 'height and width')
const filters = size.describe('Number of output channels, at least 1.')
const padding = z
  .enum(['valid', 'same'])
  .default('valid')
  .describe(
    '"valid": windows stay within the input. "same": zeros around it, so that at strides of 1 the output is as long.',
  )

/** Fields of a layer with windows that slide over so many axes, as Keras has them. */
const windows = (axes: number) => ({
  kernel_size: perAxis(axes, 1).describe(`Size of the window over ${space(axes)}: a number, or one for each.`),
  strides: perAxis(axes, 1)
    .prefault(1)
    .describe(`Steps between windows, over ${space(axes)}.`),
  padding,
  dilation_rate: perAxis(axes, 1)
    .prefault(1)
    .describe('Steps between the elements of a window; above 1 only at strides of 1.'),
})
const groups = size
  .default(1)
  .describe('Groups that the channels are split into, each with its share of the filters; must divide both.')
const outputPadding = (axes: number) =>
  perAxis(axes, 0)
    .nullable()
    .default(null)
    .describe(
      'Elements added after the last window, fewer than strides. Default: with "same" so many that the output is strides times as long; with "valid" none, but where strides are longer than the window.',
    )
const depthMultiplier = size.default(1).describe('Number of output channels for each input channel.')
const depthwise = {
  depthwise_initializer: initializer('glorot_uniform', 'First values of the weights by channel.'),
  depthwise_regularizer: regularizer('What the weights by channel add to the loss.'),
  depthwise_constraint: constraint('What is done to the weights by channel after each update.'),
}
const pointwise = {
  pointwise_initializer: initializer('glorot_uniform', 'First values of the weights between channels.'),
  pointwise_regularizer: regularizer('What the weights between channels add to the loss.'),
  pointwise_constraint: constraint('What is done to the weights between channels after each update.'),
}
const activated = { activation: activation('Activation function of the output.').default('linear') }

const convolution = (axes: number) => ({
  filters,
  ...windows(axes),
  groups,
  ...activated,
  ...bias,
  ...kernel,
  ...onOutput,
})
const transposed = (axes: number) => ({
  filters,
  ...windows(axes),
  output_padding: outputPadding(axes),
  ...activated,
  ...bias,
  ...kernel,
  ...onOutput,
})
const byChannel = (axes: number) => ({
  ...windows(axes),
  depth_multiplier: depthMultiplier,
  ...activated,
  ...bias,
  ...depthwise,
  ...onOutput,
})
const separable = (axes: number) => ({ filters, ...byChannel(axes), ...pointwise })

const poolSize = (axes: number) =>
  perAxis(axes, 1).describe(`Size of the window over ${space(axes)}: a number, or one for each.`)
const pooling = (axes: number) => ({
  strides: perAxis(axes, 1).nullable().default(null).describe('Steps between windows. Default: pool_size.'),
  padding: padding.describe(
    '"valid": windows stay within the input. "same": they may reach beyond it; what lies there does not count.',
  ),
})
const overSpace = {
  keepdims: z.boolean().default(false).describe('Whether the axes that are reduced stay, with length 1.'),
}

/** Across the fields of a convolution (keras/src/layers/convolutional/base_conv.py, base_conv_transpose.py). */
function* windowRules(layer: {
  readonly strides: readonly number[]
  readonly dilation_rate: readonly number[]
  readonly filters?: number
  readonly groups?: number
  readonly output_padding?: readonly number[] | null
}): Iterable<RuleIssue> {
  const { strides, dilation_rate, filters = 1, groups = 1, output_padding } = layer
  const dilation = Math.max(...dilation_rate)
  if (dilation > 1 && Math.max(...strides) > 1) {
    yield { code: 'range', path: ['dilation_rate'], message: `found ${dilation}, must be 1 where strides are above 1` }
  }
  if (filters % groups !== 0) {
    const message = `found ${filters}, must be a multiple of the number of groups, ${groups}`
    yield { code: 'range', path: ['filters'], message }
  }
  for (const [axis, after] of output_padding?.entries() ?? []) {
    if (after < strides[axis]!) continue
    yield {
      code: 'range',
      path: ['output_padding'],
      message: `found ${after}, must be below strides, ${strides[axis]}`,
    }
  }
}

/** Each axis once, counted from 1. */
function* permutationRules(dims: readonly number[]): Iterable<RuleIssue> {
  for (const [index, dim] of dims.entries()) {
    if (dim > dims.length) {
      yield {
        code: 'range',
        path: [index],
        message: `found ${dim}, must be at most ${dims.length}, the number of axes`,
      }
    } else if (dims.indexOf(dim) !== index) {
      yield { code: 'range', path: [index], message: `found ${dim} again; each axis must stand here once` }
    }
  }
}

const recurrentFields = {
  units: size.describe('Number of outputs, at least 1.'),
  activation: activation('Activation function of what is new in a step.').default('tanh'),
  return_sequences: z.boolean().default(false).describe('Whether it gives the output of every step, or of the last.'),
  go_backwards: z
    .boolean()
    .default(false)
    .describe('Whether it begins at the last step; outputs of all steps then come in that order.'),
  dropout: z.number().min(0).lt(1).default(0).describe('Fraction of the inputs to drop, the same in every step.'),
  recurrent_dropout: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('Fraction of what is handed from step to step to drop, the same in every step.'),
  zero_output_for_mask: z
    .boolean()
    .default(false)
    .describe('Whether the output of a step that is passed over is 0, instead of that of the step before.'),
  unroll: z.boolean().default(false).describe('As in Keras; makes no difference here: steps are always written out.'),
  ...bias,
  ...kernel,
  recurrent_initializer: initializer('orthogonal', 'First values of the weights between steps.'),
  recurrent_regularizer: regularizer('What the weights between steps add to the loss.'),
  recurrent_constraint: constraint('What is done to the weights between steps after each update.'),
  ...onOutput,
}
const recurrentActivation = activation('Activation function of the gates.').default('sigmoid')

/** Layers that go through a sequence, step by step; what a Bidirectional may hold. */
const RECURRENT = [
  weighted(
    'SimpleRNN',
    'Recurrent: activation(x . kernel + h . recurrent_kernel + bias), step by step.',
    recurrentFields,
  ),
  weighted('LSTM', 'Long short-term memory (Hochreiter and Schmidhuber, 1997).', {
    ...recurrentFields,
    recurrent_activation: recurrentActivation,
    unit_forget_bias: z.boolean().default(true).describe('Whether the bias of the forget gate is 1 at first.'),
  }),
  weighted('GRU', 'Gated recurrent unit (Cho et al., 2014).', {
    ...recurrentFields,
    recurrent_activation: recurrentActivation,
    reset_after: z
      .boolean()
      .default(true)
      .describe('Whether the reset gate comes after the product with the recurrent kernel, or before it.'),
  }),
] as const

const recurrentSchema = family(RECURRENT).meta({ id: 'recurrent' })

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

/** At most one dimension is free, and none is 0: not in the JSON Schema, which cannot count in this version. */
function* targetShapeRules(shape: readonly number[]): Iterable<RuleIssue> {
  const free = shape.indexOf(-1)
  for (const [index, dim] of shape.entries()) {
    if (dim === 0)
      yield { code: 'range', path: [index], message: 'found 0, must be at least 1, or -1 for what is left' }
    if (dim === -1 && index !== free) {
      yield { code: 'range', path: [index], message: `found a second -1, only one dimension can take what is left` }
    }
  }
}

export const LAYERS = [
  member('Input', 'States the shape of one sample. Optional: it is inferred from the data.', {
    name,
    shape: z
      .array(size)
      .min(1)
      .describe('Shape of one sample, without the batch: [784], or [28, 28]. Must be the shape of the data.'),
  }),
  weighted('Dense', 'Fully connected: activation(x . kernel + bias), over the last axis.', {
    units: size.describe('Number of outputs, at least 1.'),
    ...activated,
    ...bias,
    ...kernel,
    ...onOutput,
  }),
  layer('Activation', 'Applies an activation function to each element.', {
    activation: activation('Activation function to apply.'),
  }),
  layer(
    'Dropout',
    'In training sets a random fraction of the elements to 0 and scales the others by 1 / (1 - rate); otherwise passes all through.',
    { rate },
  ),
  layer('GaussianNoise', 'In training adds normal noise; otherwise passes all through.', {
    stddev: z.number().min(0).max(1).describe('Standard deviation of the noise, 0 to 1.'),
  }),
  layer(
    'GaussianDropout',
    'In training multiplies by normal noise of mean 1 and deviation sqrt(rate / (1 - rate)), that of Dropout.',
    { rate: rate.describe('As of Dropout, at least 0 and below 1.') },
  ),
  layer(
    'AlphaDropout',
    'Dropout that keeps mean and variance; for activation selu. Dropped elements become -1.7581 before all are scaled and moved.',
    { rate },
  ),
  layer('ActivityRegularization', 'Passes all through, and adds to the loss what goes through.', {
    l1: z.number().min(0).default(0).describe('Factor of the sum of absolute values, over the number of samples.'),
    l2: z.number().min(0).default(0).describe('Factor of the sum of squares, over the number of samples.'),
  }),
  weighted(
    'BatchNormalization',
    'Gives each channel mean 0 and variance 1: in training over the batch, otherwise by running means of what training saw.',
    {
      axis: axis.default(-1).describe('Axis of the channels, counted with the batch; -1 is the last.'),
      momentum: z.number().min(0).max(1).default(0.99).describe('Share of a running mean that a step keeps.'),
      epsilon: epsilon(1e-3),
      ...affine,
      moving_mean_initializer: initializer('zeros', 'First values of the running mean.'),
      moving_variance_initializer: initializer('ones', 'First values of the running variance.'),
    },
  ),
  weighted('LayerNormalization', 'Gives each sample mean 0 and variance 1 over one axis or several.', {
    axis: axes('Axis, or axes, to normalize over, counted with the batch; -1 is the last.'),
    epsilon: epsilon(1e-3),
    ...affine,
  }),
  weighted('GroupNormalization', 'Gives groups of channels of each sample mean 0 and variance 1 (Wu and He, 2018).', {
    groups: whole(-1)
      .refine((groups) => groups !== 0, 'found 0, must be at least 1, or -1 for one of each channel')
      .default(32)
      .describe('Number of groups, which the number of channels is a multiple of; -1 is one for each channel.'),
    axis: axis.default(-1).describe('Axis of the channels, counted with the batch; -1 is the last.'),
    epsilon: epsilon(1e-3),
    ...affine,
  }),
  weighted(
    'RMSNormalization',
    'Divides by the root of the mean square, times a learnt scale (Zhang and Sennrich, 2019).',
    {
      axis: axes('Axis, or axes, to normalize over, counted with the batch; -1 is the last.'),
      epsilon: epsilon(1e-6),
    },
  ),
  layer('UnitNormalization', 'Divides by the square root of the sum of squares.', {
    axis: axes('Axis, or axes, to normalize over, counted with the batch; -1 is the last.'),
  }),
  layer('Identity', 'Passes all through.', {}),
  layer('ReLU', 'x above the threshold, up to max_value; below it negative_slope (x - threshold).', {
    max_value: z.number().min(0).nullable().default(null).describe('Largest output; null for no bound.'),
    negative_slope: slope(0),
    threshold: z.number().min(0).default(0).describe('Where x begins to pass.'),
  }),
  layer('LeakyReLU', 'x where positive, else negative_slope x.', { negative_slope: slope(0.3) }),
  weighted('PReLU', 'x where positive, else alpha x, with a learnt alpha (He et al., 2015).', {
    alpha_initializer: initializer('zeros', 'First values of alpha.'),
    alpha_regularizer: regularizer('What alpha adds to the loss.'),
    alpha_constraint: constraint('What is done to alpha after each update.'),
    shared_axes: z
      .union([size, z.array(size).min(1)])
      .nullable()
      .default(null)
      .describe('Axes along which alpha is the same, counted with the batch: [1, 2] after Conv2D. null for none.'),
  }),
  layer('ELU', 'x where positive, else alpha (exp(x) - 1).', {
    alpha: z.number().default(1).describe('Factor of what is negative.'),
  }),
  layer('Softmax', 'exp(x) / sum(exp(x)): probabilities of classes that exclude each other.', {
    axis: axes('Axis, or axes, over which they add up to 1, counted with the batch; -1 is the last.'),
  }),
  layer('Flatten', 'Makes each sample a vector: (28, 28) becomes (784).', {}),
  layer('Reshape', 'Gives each sample another shape of the same number of elements.', {
    target_shape: z
      .array(whole(-1))
      .min(1)
      .superRefine(rules(targetShapeRules))
      .describe('The new shape, without the batch. One dimension may be -1: it takes what is left.'),
  }),
  layer('Permute', 'Puts the axes of each sample in another order.', {
    dims: z
      .array(size)
      .min(1)
      .superRefine(rules(permutationRules))
      .describe('The axes in their new order, counted from 1: [2, 1] swaps two.'),
  }),
  layer('RepeatVector', 'Repeats each sample, a vector, n times: (4) becomes (n, 4).', {
    n: size.describe('How many times, at least 1.'),
  }),
  weighted(
    'Conv1D',
    'Convolves (steps, channels) with filters.',
    {
      ...convolution(1),
      padding: z
        .enum(['valid', 'same', 'causal'])
        .default('valid')
        .describe(
          'As in the others; "causal": a window ends at its own step, so that the output knows nothing of later ones.',
        ),
    },
    ['Convolution1D'],
  ).superRefine(rules(windowRules)),
  weighted('Conv2D', 'Convolves images, (height, width, channels), with filters.', convolution(2), [
    'Convolution2D',
  ]).superRefine(rules(windowRules)),
  weighted(
    'Conv1DTranspose',
    'A convolution of (steps, channels) turned round: it makes them longer by its strides.',
    transposed(1),
    ['Convolution1DTranspose'],
  ).superRefine(rules(windowRules)),
  weighted(
    'Conv2DTranspose',
    'A convolution of images turned round: it makes them larger by its strides.',
    transposed(2),
    ['Convolution2DTranspose'],
  ).superRefine(rules(windowRules)),
  weighted('DepthwiseConv1D', 'Convolves each channel of (steps, channels) by itself.', byChannel(1)).superRefine(
    rules(windowRules),
  ),
  weighted('DepthwiseConv2D', 'Convolves each channel of an image by itself.', byChannel(2)).superRefine(
    rules(windowRules),
  ),
  weighted(
    'SeparableConv1D',
    'Convolves each channel of (steps, channels) by itself, then mixes the channels at each step.',
    separable(1),
    ['SeparableConvolution1D'],
  ).superRefine(rules(windowRules)),
  weighted(
    'SeparableConv2D',
    'Convolves each channel of an image by itself, then mixes the channels at each place.',
    separable(2),
    ['SeparableConvolution2D'],
  ).superRefine(rules(windowRules)),
  layer(
    'MaxPooling1D',
    'Takes the largest element of each window of (steps, channels), by channel.',
    { pool_size: poolSize(1).prefault(2), ...pooling(1) },
    ['MaxPool1D'],
  ),
  layer(
    'MaxPooling2D',
    'Takes the largest element of each window of an image, by channel.',
    { pool_size: poolSize(2).prefault(2), ...pooling(2) },
    ['MaxPool2D'],
  ),
  layer(
    'AveragePooling1D',
    'Takes the mean of each window of (steps, channels), by channel.',
    { pool_size: poolSize(1), ...pooling(1) },
    ['AvgPool1D'],
  ),
  layer(
    'AveragePooling2D',
    'Takes the mean of each window of an image, by channel.',
    { pool_size: poolSize(2), ...pooling(2) },
    ['AvgPool2D'],
  ),
  layer('GlobalMaxPooling1D', 'Takes the largest element of each channel, over all steps.', overSpace, [
    'GlobalMaxPool1D',
  ]),
  layer('GlobalMaxPooling2D', 'Takes the largest element of each channel, over all of an image.', overSpace, [
    'GlobalMaxPool2D',
  ]),
  layer(
    'GlobalAveragePooling1D',
    'Takes the mean of each channel, over all steps. A mask leaves steps out.',
    overSpace,
    ['GlobalAvgPool1D'],
  ),
  layer('GlobalAveragePooling2D', 'Takes the mean of each channel, over all of an image.', overSpace, [
    'GlobalAvgPool2D',
  ]),
  layer('ZeroPadding1D', 'Puts zeros before and after (steps, channels).', {
    padding: perAxis(2, 0).prefault(1).describe('How many: a number, or [before, after].'),
  }),
  layer('ZeroPadding2D', 'Puts zeros around an image.', {
    padding: pairs.prefault(1).describe('How many: a number, [rows, columns], or [[top, bottom], [left, right]].'),
  }),
  layer('Cropping1D', 'Cuts steps off both ends of (steps, channels).', {
    cropping: perAxis(2, 0).prefault(1).describe('How many: a number, or [before, after].'),
  }),
  layer('Cropping2D', 'Cuts the edges off an image.', {
    cropping: pairs.prefault(0).describe('How many: a number, [rows, columns], or [[top, bottom], [left, right]].'),
  }),
  layer('UpSampling1D', 'Repeats each step of (steps, channels).', {
    size: size.default(2).describe('How many times, at least 1.'),
  }),
  layer('UpSampling2D', 'Makes an image larger.', {
    size: perAxis(2, 1).prefault(2).describe('How many times: a number, or [rows, columns].'),
    interpolation: z
      .enum(['nearest', 'bilinear'])
      .default('nearest')
      .describe('"nearest" repeats each element; "bilinear" goes evenly from one to the next.'),
  }),
  layer('SpatialDropout1D', 'A Dropout of whole channels of (steps, channels).', {
    rate,
  }),
  layer('SpatialDropout2D', 'A Dropout of whole channels of an image.', {
    rate,
  }),
  weighted('Embedding', 'A vector for each whole number.', {
    input_dim: size.describe('How many numbers there are: the largest and 1.'),
    output_dim: size.describe('Length of a vector.'),
    embeddings_initializer: initializer('random_uniform', 'First values of the vectors.'),
    embeddings_regularizer: regularizer('What the vectors add to the loss.'),
    embeddings_constraint: constraint('What is done to the vectors after each update.'),
    mask_zero: z.boolean().default(false).describe('Whether 0 stands for no number: recurrent layers pass it over.'),
    ...onOutput,
  }),
  layer('Masking', 'Has steps passed over whose features are all one value.', {
    mask_value: z.number().default(0).describe('The value.'),
  }),
  ...RECURRENT,
  weighted('Bidirectional', 'A recurrent layer, and another like it that begins at the last step.', {
    layer: recurrentSchema
      .superRefine(rules(forwardRules))
      .transform((layer) => ({ ...layer, name: layer.name ?? snakeCase(layer.type) }))
      .describe('SimpleRNN, LSTM or GRU.'),
    merge_mode: z
      .enum(['concat', 'sum', 'mul', 'ave'])
      .default('concat')
      .describe('How the two outputs become one. Keras also has null, for two outputs; a layer here has one.'),
  }),
  weighted('TimeDistributed', 'Applies a layer to every step.', {
    layer: z
      .lazy((): z.ZodType<{ readonly type: string; readonly name: string }> => distributedLayer)
      .describe('The layer.'),
  }),
  layer('Add', 'Adds its inputs up. Sizes that differ must be 1.', {}),
  layer('Subtract', 'The first of two inputs less the second.', {}),
  layer('Multiply', 'Multiplies its inputs, element by element.', {}),
  layer('Average', 'The mean of its inputs, element by element.', {}),
  layer('Maximum', 'The largest of its inputs, element by element.', {}),
  layer('Minimum', 'The smallest of its inputs, element by element.', {}),
  layer('Concatenate', 'Puts its inputs side by side.', {
    axis: axis.default(-1).describe('Along which axis: -1 is the last one; 0, the batch, cannot be meant.'),
  }),
  layer('Dot', 'Sums of products of two inputs along one axis of each.', {
    axes: z
      .union([axis, z.array(axis).length(2)])
      .describe('The axis, or that of the first input and that of the second; 0, the batch, cannot be meant.'),
    normalize: z.boolean().default(false).describe('Whether lengths are made 1 first: the cosine of the angle.'),
  }),
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
      .union([size, z.array(size).min(1)])
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
  layer('Shared', 'Applies an earlier layer once more, with the same weights.', {
    layer: z.string().min(1).describe('Name of the layer.'),
  }),
  layer('Block', 'Layers that belong together and may repeat: what the last one gives goes on.', {
    repeat: whole(1).default(1).describe('How many times, one after another; each time with weights of its own.'),
    layers: z
      .lazy((): z.ZodType<readonly { readonly type: string; readonly name: string }[]> => blockLayers)
      .describe('The layers in order. Their weights are called after the block: block_1/dense/kernel.'),
  }),
] as const

const layerSchema = family(LAYERS)
  .describe('A layer: an object with a `type`, or just the type where it needs no more.')
  .meta({ id: 'layer' })

/** What a TimeDistributed holds. */
const distributedLayer = layerSchema
  .superRefine(rules(distributedRules))
  .transform((layer) => ({ ...layer, name: layer.name ?? snakeCase(layer.type) })) as z.ZodType<NamedLayer>

function* forwardRules(layer: z.output<typeof recurrentSchema>): Iterable<RuleIssue> {
  yield* wiringRules(layer)
  if (!layer.go_backwards) return
  const message = 'found true, but the layer of a Bidirectional goes forwards; the other one goes backwards'
  yield { code: 'order', path: ['go_backwards'], message }
}

function* distributedRules(layer: z.output<typeof layerSchema>): Iterable<RuleIssue> {
  yield* wiringRules(layer)
  if (!['Input', 'Shared', 'Block'].includes(layer.type)) return
  yield { code: 'order', path: [], message: `found ${layer.type}, which cannot be in a TimeDistributed` }
}

function* wiringRules(layer: object): Iterable<RuleIssue> {
  if (!('inputs' in layer) || layer.inputs === undefined) return
  const message = 'found inputs, which a layer within another cannot have; it takes what the outer one is given'
  yield { code: 'order', path: ['inputs'], message }
}

type WithName<Layer> = Layer extends unknown ? Layer & { name: string } : never
export type NamedLayer = WithName<z.output<typeof layerSchema>>

/** Where a list of layers stands decides what it may hold. */
interface Place {
  /** Where an Input may be. */
  readonly input: 'first' | 'anywhere' | 'nowhere'
  /** Whether a layer may say where its inputs come from. */
  readonly wired: boolean
}

/** Layers in order; every layer of the output has a name. */
const layerList = (place: Place) =>
  z
    .array(layerSchema)
    .min(1)
    .superRefine(rules((layers) => listRules(layers, place)))
    .transform(named)
    .describe('The layers in order, from the data to the output.')

/** A stack of layers. */
export const stackedLayers = layerList({ input: 'first', wired: false })
/** Layers that name what goes into them. */
export const wiredLayers = layerList({ input: 'anywhere', wired: true })
const blockLayers = layerList({ input: 'nowhere', wired: true }) as z.ZodType<readonly NamedLayer[]>

function* listRules(layers: readonly z.output<typeof layerSchema>[], place: Place): Iterable<RuleIssue> {
  const seen = new Map<string, number>()
  for (const [index, layer] of layers.entries()) {
    const { type, name } = layer
    if (type === 'Input' && place.input === 'first' && index > 0) {
      yield { code: 'order', path: [index], message: 'found Input, which can only be the first layer' }
    }
    if (type === 'Input' && place.input === 'nowhere') {
      yield { code: 'order', path: [index], message: 'found Input, which cannot be in a Block' }
    }
    if ('inputs' in layer && layer.inputs !== undefined && !place.wired) {
      const message =
        'found inputs in a Sequential model, where each layer takes the one before; "type": "Functional" allows them'
      yield { code: 'order', path: [index, 'inputs'], message }
    }
    if (name === undefined) continue
    const first = seen.get(name)
    if (first === undefined) seen.set(name, index)
    else {
      const message = `found "${name}" again, the name of layer ${first} too; must be unique`
      yield { code: 'duplicate-name', path: [index, 'name'], message }
    }
  }
}

/** Keras' naming: `dense`, `dense_1`, `dense_2`; names that the user gave are passed over. */
function named(layers: z.output<typeof layerSchema>[]): NamedLayer[] {
  const taken = new Set(layers.map((one) => one.name))
  const count = new Map<string, number>()
  return layers.map(({ type, name: given, ...rest }) => {
    let name = given
    while (name === undefined) {
      const stem = snakeCase(type)
      const number = count.get(stem) ?? 0
      count.set(stem, number + 1)
      const candidate = number === 0 ? stem : `${stem}_${number}`
      if (!taken.has(candidate)) name = candidate
    }
    return { type, name, ...rest } as NamedLayer
  })
}

/** keras/src/utils/naming.py: `Conv2DTranspose` -> `conv2d_transpose`. */
const snakeCase = (type: string): string =>
  type
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
