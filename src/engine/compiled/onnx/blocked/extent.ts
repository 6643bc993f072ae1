/** How much of a value (batch, height, width, channels) the operand of an elementwise kernel has numbers for. */
import { type Shape, sizeOf } from '../../../../base/shape.js'

/** `whole`: each element; `channels`: each channel; `planes`: each channel of each sample; `number`: one for all. */
export type Extent = 'whole' | 'channels' | 'planes' | 'number'

/** Undefined for operands that are broadcast in another way. */
export function extentOf(shape: Shape, whole: Shape): Extent | undefined {
  if (shape.join() === whole.join()) return 'whole'
  if (sizeOf(shape) === 1) return 'number'
  const [batch, height, width, channels] = [...Array<number>(4 - shape.length).fill(1), ...shape]
  if (height !== 1 || width !== 1 || channels !== whole[3]) return undefined
  if (batch === 1) return 'channels'
  return batch === whole[0] ? 'planes' : undefined
}
