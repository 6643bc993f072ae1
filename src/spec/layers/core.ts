/** Input, Dense, EinsumDense, Activation and Identity (keras/src/layers/core). */
import { z } from 'zod'
import { equationOf } from '../../base/einsum.js'
import { member, nameIn, type RuleIssue, rules } from '../family.js'
import { MOST_AXES } from '../whole.js'
import { activated, activation, bias, biasInitially, kernel, layer, name, onOutput, size, weighted } from './layer.js'

/** Stands for "auto" until the data are known. */
export const AUTO_SIZE = 0

export const CORE = [
  member('Input', 'The shape of one sample. Optional: it is inferred from the data.', {
    name,
    shape: z
      .array(size)
      .min(1)
      .max(MOST_AXES - 1)
      .describe('Shape of one sample, without the batch: [784], or [28, 28]. Must be the shape of the data.'),
  }),
  weighted('Dense', 'Fully connected: activation(x . kernel + bias), over the last axis.', {
    units: z
      .union([size, nameIn({ auto: 'As many as the target of the output needs.' }).transform(() => AUTO_SIZE)])
      .describe('Number of outputs, at least 1. "auto", for the last layer: as many as the target needs.'),
    ...activated,
    ...bias,
    ...kernel,
    ...onOutput,
  }),
  weighted(
    'EinsumDense',
    'Fully connected along any axes: activation(einsum(equation, x, kernel) + bias). Letters stand for axes.',
    {
      equation: z
        .string()
        .max(100)
        .describe(
          'Axes of the input, of the kernel and of the output, with the batch: "abc,cd->abd". "..." stands for any further axes, first or last, of input and output: "...x,xy->...y".',
        ),
      output_shape: z
        .union([
          size,
          z
            .array(size.nullable())
            .min(1)
            .max(MOST_AXES - 1),
        ])
        .describe(
          'Sizes of the axes of the output that have a letter, without the batch. null: the size of the axis of the input with this letter.',
        ),
      ...activated,
      bias_axes: z
        .string()
        .regex(/^[a-zA-Z]{1,6}$/)
        .meta({ patternErrorMessage: 'must be 1 to 6 letters' })
        .nullable()
        .default(null)
        .describe('Axes of the output that have a bias of their own, such as "d". null: no bias.'),
      ...kernel,
      ...biasInitially,
      ...onOutput,
    },
  ).superRefine(rules(equationRules)),
  layer('Activation', 'Applies an activation function to each element.', {
    activation: activation('Activation function to apply.'),
  }),
] as const

export const IDENTITY = layer('Identity', 'Returns its input.', {})

/** Each letter of an equation appears once in each part, and in two parts at least, unless it is summed away. */
function* equationRules(layer: { readonly equation: string; readonly bias_axes: string | null }): Iterable<RuleIssue> {
  const { equation, bias_axes } = layer
  const parts = equationOf(equation)
  if (!parts) {
    const message = `found "${equation}", must be of the form "ab,bc->ac", "...ab,bc->...ac" or "ab...,bc->ac..."`
    yield { code: 'range', path: ['equation'], message }
    return
  }
  const { input, kernel, output } = parts
  for (const [name, letters] of Object.entries({ input, kernel, output, bias: bias_axes ?? '' })) {
    const path = [name === 'bias' ? 'bias_axes' : 'equation']
    const twice = [...letters].find((letter, index) => letters.indexOf(letter) < index)
    if (twice) yield { code: 'range', path, message: `found ${twice} twice among the axes of the ${name}` }
  }
  for (const letter of output) {
    if (input.includes(letter) || kernel.includes(letter)) continue
    const message = `found ${letter} in the output, which neither the input nor the kernel has`
    yield { code: 'range', path: ['equation'], message }
  }
  for (const letter of kernel) {
    if (input.includes(letter) || output.includes(letter)) continue
    const message = `found ${letter} in the kernel, which neither the input nor the output has`
    yield { code: 'range', path: ['equation'], message }
  }
  for (const letter of bias_axes ?? '') {
    if (output.includes(letter)) continue
    yield { code: 'range', path: ['bias_axes'], message: `found ${letter}, must be letters of the output, ${output}` }
  }
}
