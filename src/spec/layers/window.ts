/** Fields of sliding windows, which convolution and pooling share. */
import { z } from 'zod'

export const space = (axes: number) => ['steps', 'height and width', 'depth, height and width'][axes - 1]!
export const padding = z
  .enum(['valid', 'same'])
  .default('valid')
  .describe(
    '"valid": windows stay within the input. "same": zeros are added, so that at strides of 1 the output is as long as the input.',
  )
