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
/** Window i of n over a length l goes from floor(i l / n) to ceil((i + 1) l / n). */
const adaptive = (axes: number) => ({
  output_size: perAxis(axes, 1, LARGEST_WINDOW).describe(
    `Number of windows over ${space(axes)}: a number, or one for each. The windows divide the input as evenly as they can; they overlap where it is no multiple.`,
  ),
})

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
    'MaxPooling3D',
    'Largest element of each window of a volume, for each channel.',
    { pool_size: poolSize(3).prefault(2), ...pooling(3) },
    ['MaxPool3D'],
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
  layer(
    'AveragePooling3D',
    'Mean of each window of a volume, for each channel.',
    { pool_size: poolSize(3), ...pooling(3) },
    ['AvgPool3D'],
  ),
  layer('GlobalMaxPooling1D', 'Largest element of each channel, over all steps.', overSpace, ['GlobalMaxPool1D']),
  layer('GlobalMaxPooling2D', 'Largest element of each channel, over the whole image.', overSpace, ['GlobalMaxPool2D']),
  layer('GlobalMaxPooling3D', 'Largest element of each channel, over the whole volume.', overSpace, [
    'GlobalMaxPool3D',
  ]),
  layer('GlobalAveragePooling1D', 'Mean of each channel, over all steps that are not masked.', overSpace, [
    'GlobalAvgPool1D',
  ]),
  layer('GlobalAveragePooling2D', 'Mean of each channel, over the whole image.', overSpace, ['GlobalAvgPool2D']),
  layer('GlobalAveragePooling3D', 'Mean of each channel, over the whole volume.', overSpace, ['GlobalAvgPool3D']),
  layer(
    'AdaptiveMaxPooling1D',
    'Largest element of each of a given number of windows over (steps, channels), for each channel.',
    adaptive(1),
  ),
  layer(
    'AdaptiveMaxPooling2D',
    'Largest element of each of a given number of windows over an image, for each channel.',
    adaptive(2),
  ),
  layer(
    'AdaptiveMaxPooling3D',
    'Largest element of each of a given number of windows over a volume, for each channel.',
    adaptive(3),
  ),
  layer(
    'AdaptiveAveragePooling1D',
    'Mean of each of a given number of windows over (steps, channels), for each channel.',
    adaptive(1),
  ),
  layer(
    'AdaptiveAveragePooling2D',
    'Mean of each of a given number of windows over an image, for each channel.',
    adaptive(2),
  ),
  layer(
    'AdaptiveAveragePooling3D',
    'Mean of each of a given number of windows over a volume, for each channel.',
    adaptive(3),
  ),
] as const
