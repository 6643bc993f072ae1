/** Recurrent layers (keras/src/layers/rnn). */
import { z } from 'zod'
import { constraint } from '../constraints.js'
import { family, type RuleIssue, rules } from '../family.js'
import { initializer } from '../initializers.js'
import { regularizer } from '../regularizers.js'
import { filters, windowRules, windows } from './convolution.js'
import { activation, bias, kernel, onOutput, size, snakeCase, weighted, wiringRules } from './layer.js'

const overTime = {
  activation: activation('Activation function of the new state.').default('tanh'),
  return_sequences: z
    .boolean()
    .default(false)
    .describe('Whether to return the output of every step, or only of the last.'),
  go_backwards: z
    .boolean()
    .default(false)
    .describe('Whether to start at the last step. Outputs of all steps are then in that order, too.'),
  dropout: z.number().min(0).lt(1).default(0).describe('Fraction of the inputs to drop, the same in every step.'),
  recurrent_dropout: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('Fraction of the recurrent state to drop, the same in every step.'),
  zero_output_for_mask: z
    .boolean()
    .default(false)
    .describe('Whether the output of a masked step is 0, instead of that of the step before.'),
  unroll: z.boolean().default(false).describe('Accepted as in Keras, but has no effect: steps are always unrolled.'),
  ...bias,
  ...kernel,
  recurrent_initializer: initializer('orthogonal', 'First values of the recurrent kernel.'),
  recurrent_regularizer: regularizer('Regularizer of the recurrent kernel.'),
  recurrent_constraint: constraint('Constraint on the recurrent kernel, applied after each update.'),
  ...onOutput,
}
const recurrentFields = { units: size.describe('Number of outputs, at least 1.'), ...overTime }
const recurrentActivation = activation('Activation function of the gates.').default('sigmoid')

const unitForgetBias = z.boolean().default(true).describe('Whether the bias of the forget gate is 1 at first.')
const convolved = (axes: number) => ({
  filters,
  ...windows(axes),
  ...overTime,
  recurrent_activation: recurrentActivation,
  unit_forget_bias: unitForgetBias,
})

/** Layers that go through a sequence step by step. A Bidirectional may contain one of these. */
const RECURRENT = [
  weighted(
    'SimpleRNN',
    'A recurrent layer: activation(x . kernel + h . recurrent_kernel + bias), step by step.',
    recurrentFields,
  ),
  weighted('LSTM', 'Long short-term memory (Hochreiter and Schmidhuber, 1997).', {
    ...recurrentFields,
    recurrent_activation: recurrentActivation,
    unit_forget_bias: unitForgetBias,
  }),
  weighted('GRU', 'Gated recurrent unit (Cho et al., 2014).', {
    ...recurrentFields,
    recurrent_activation: recurrentActivation,
    reset_after: z
      .boolean()
      .default(true)
      .describe('Whether to apply the reset gate after the product with the recurrent kernel, or before it.'),
  }),
  weighted(
    'ConvLSTM1D',
    'An LSTM over rows, (time, steps, channels), with convolutions in place of products (Shi et al., 2015).',
    convolved(1),
  ).superRefine(rules(windowRules)),
  weighted(
    'ConvLSTM2D',
    'An LSTM over images, (time, height, width, channels), with convolutions in place of products (Shi et al., 2015).',
    convolved(2),
  ).superRefine(rules(windowRules)),
  weighted(
    'ConvLSTM3D',
    'An LSTM over volumes, (time, depth, height, width, channels), with convolutions in place of products (Shi et al., 2015).',
    convolved(3),
  ).superRefine(rules(windowRules)),
] as const

const recurrentSchema = family(RECURRENT).meta({ id: 'recurrent' })

export const RECURRENT_LAYERS = [
  ...RECURRENT,
  weighted('Bidirectional', 'Runs a recurrent layer from the first step and a copy of it from the last.', {
    layer: recurrentSchema
      .superRefine(rules(forwardRules))
      .transform((layer) => ({ ...layer, name: layer.name ?? snakeCase(layer.type) }))
      .describe('SimpleRNN, LSTM, GRU or a ConvLSTM.'),
    merge_mode: z
      .enum(['concat', 'sum', 'mul', 'ave'])
      .default('concat')
      .describe(
        'How the two outputs become one; concat joins them along the last axis. Keras also has null, for two outputs, which is not supported here.',
      ),
  }),
] as const

function* forwardRules(layer: z.output<typeof recurrentSchema>): Iterable<RuleIssue> {
  yield* wiringRules(layer)
  if (!layer.go_backwards) return
  const message = 'found true, but the layer in a Bidirectional must go forwards; its copy goes backwards'
  yield { code: 'order', path: ['go_backwards'], message }
}
