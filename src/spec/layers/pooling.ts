/** Pooling layers: one number for each window, or for each channel (keras/src/layers/pooling). */
import { z } from 'zod'
import { LARGEST_WINDOW } from '../whole.js'
import { layer, perAxis } from './layer.js'
import { padding, space } from './window.js'

const poolSize = (axes: number) =>
  perAxis(axes, 1, LARGEST_WINDOW).describe(`Size of the window over ${space(axes)}: a number, or one for each.`)
const pooling = (axes: number) => ({
  strides: perAxis(axes, 1, LARGEST_WINDOW)
    .nullable()
    .default(null)
    .describe('Steps between windows. Default: pool_size.'),
  padding: padding.describe(
    '"valid": windows stay within the input. "same": windows may reach beyond it; elements outside do not count.',
  ),
})
const overSpace = {
  keepdims: z.boolean().default(false).describe('Whether to keep the reduced axes with length 1.'),
}

export const POOLING = [
  layer(
    'MaxPooling1D',
    'Largest element of each window of (steps, channels), for each channel.',
    { pool_size: poolSize(1).prefault(2), ...pooling(1) },
    ['MaxPool1D'],
  ),
  layer(
    'MaxPooling2D',
    'Largest element of each window of an image, for each channel.',
    { pool_size: poolSize(2).prefault(2), ...pooling(2) },
    ['MaxPool2D'],
  ),
  layer(
    'AveragePooling1D',
    'Mean of each window of (steps, channels), for each channel.',
    { pool_size: poolSize(1), ...pooling(1) },
    ['AvgPool1D'],
  ),
  layer(
    'AveragePooling2D',
    'Mean of each window of an image, for each channel.',
    { pool_size: poolSize(2), ...pooling(2) },
    ['AvgPool2D'],
  ),
  layer('GlobalMaxPooling1D', 'Largest element of each channel, over all steps.', overSpace, ['GlobalMaxPool1D']),
  layer('GlobalMaxPooling2D', 'Largest element of each channel, over the whole image.', overSpace, ['GlobalMaxPool2D']),
  layer('GlobalAveragePooling1D', 'Mean of each channel, over all steps that are not masked.', overSpace, [
    'GlobalAvgPool1D',
  ]),
  layer('GlobalAveragePooling2D', 'Mean of each channel, over the whole image.', overSpace, ['GlobalAvgPool2D']),
] as const
