/** One number for each window, or for all of the space (keras/src/layers/pooling). */
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
    '"valid": windows stay within the input. "same": they may reach beyond it; what lies there does not count.',
  ),
})
const overSpace = {
  keepdims: z.boolean().default(false).describe('Whether the axes that are reduced stay, with length 1.'),
}

export const POOLING = [
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
] as const
