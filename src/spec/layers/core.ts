/** Input, Dense, Activation and Identity (keras/src/layers/core). */
import { z } from 'zod'
import { member, nameIn } from '../family.js'
import { MOST_AXES } from '../whole.js'
import { activated, activation, bias, kernel, layer, name, onOutput, size, weighted } from './layer.js'

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
  layer('Activation', 'Applies an activation function to each element.', {
    activation: activation('Activation function to apply.'),
  }),
] as const

export const IDENTITY = layer('Identity', 'Returns its input.', {})
