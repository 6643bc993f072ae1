/**
 * Values in blocks of channels, the layout in which ONNX Runtime's own products (MLAS, snchwc.cpp) are fastest. A value
 * (batch, height, width, channels) lies in memory as [batch][channels / size][height][width][size], and has the shape
 * (batch, channels, height, width) in the model. Channels that fill no block are followed by zeros, in every value.
 */
import type { Shape } from '../../../../base/shape.js'

export type Plane = readonly [height: number, width: number]

export interface Blocks {
  /** Channels of a block: 16 with AVX-512, 8 with AVX2. */
  readonly size: number
  /** Threads of the session that runs the graph. */
  readonly threads: number
  /** False if no kernel may run between operators; default true. */
  readonly kernels?: boolean
  /** Fewest convolutions in a region of values in blocks. */
  readonly fewest?: number
  /** Most channels with zeros, as a multiple of those without. */
  readonly mostFilled?: number
}

/** Bytes of a number. */
export const FLOAT = 4

/** A single convolution gains less than the conversions before and after it cost. */
const FEWEST = 2
/** 10 channels in a block of 16 are still faster than 10 channels as they are. */
const MOST_FILLED = 1.6

export const fewestOf = ({ fewest = FEWEST }: Blocks): number => fewest

/** The number of channels with the zeros after them. */
export const filled = (channels: number, { size }: Blocks): number => Math.ceil(channels / size) * size

/** True if so many channels are worth the zeros after them. */
export const fits = (channels: number, blocks: Blocks): boolean =>
  filled(channels, blocks) <= (blocks.mostFilled ?? MOST_FILLED) * channels

/** The shape in the model of a value (batch, height, width, channels) in blocks. */
export function blockedShape([batch, height, width, channels]: Shape, blocks: Blocks): number[] {
  return [batch!, filled(channels!, blocks), height!, width!]
}
