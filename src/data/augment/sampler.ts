/**
 * Makes a picture of the pixels at given places of another one, by SIMD kernels (`assembly/kernels.ts`). All augmentations of
 * Keras 3 that move pixels go through here.
 */
import type { SamplingSpec } from '../../spec/augmentation/geometry.js'
import { kernelMemory } from '../kernel-memory.js'
import type { Picture } from './augmentation.js'
import { zeros } from './scratch.js'

/** How the pixel at a place between pixels is computed, and that outside of a picture. */
export type Sampling = SamplingSpec

/** How masks are sampled, whose values are class numbers: a place that a constant fills has class 0. */
export const forMask = (sampling: Sampling): Sampling => ({ ...sampling, interpolation: 'nearest', fill_value: 0 })

/** Writes for each pixel of the result, row by row, its place in the picture: a column and a row, from 0. */
export type WritePlaces = (kernels: Kernels, places: Places) => void

/** Addresses in the memory of the kernels, and the arrays there. */
export interface Places {
  readonly x: number
  readonly y: number
  readonly columns: Float32Array
  readonly rows: Float32Array
}

/** The outside of a picture. `goesOn`: the border has the pixels of the opposite side, if a place reaches it. */
export interface Edge {
  readonly fold: keyof Folds
  readonly goesOn?: true
}

/** Returns the picture of the same shape with the pixels at these places. */
export function sampled(
  { shape, values }: Picture,
  { interpolation, fill_value }: Pick<Sampling, 'interpolation' | 'fill_value'>,
  { fold, goesOn }: Edge,
  write: WritePlaces,
): Picture {
  const [height, width, channels] = shape
  const count = height * width
  const memory = memoryOf()
  const bytes = [(height + 2) * (width + 2) * channels, count, count, values.length].map((numbers) => 4 * numbers)
  const [framed, x, y, out] = memory.layOut(...bytes) as [number, number, number, number]
  const { kernels, buffer } = memory
  // the result takes the room of the picture once that has its frame
  const room = new Float32Array(buffer, out, values.length)
  room.set(values)
  kernels.frame(framed, out, height, width, channels, fill_value)
  if (goesOn) kernels.wrap_frame(framed, height, width, channels)
  write(kernels, { x, y, columns: new Float32Array(buffer, x, count), rows: new Float32Array(buffer, y, count) })
  kernels[fold](x, count, width)
  kernels[fold](y, count, height)
  if (interpolation === 'nearest') kernels.nearest(out, framed, x, y, count, width, channels)
  else kernels.bilinear(out, framed, x, y, count, height, width, channels)
  const made = zeros(values.length)
  made.set(room)
  return { shape, values: made }
}

type Fold = (places: number, count: number, size: number) => void

/** Bring places outside of an axis inside. */
interface Folds {
  readonly fold_constant: Fold
  readonly fold_nearest: Fold
  readonly fold_reflect: Fold
  readonly fold_wrap: Fold
  readonly fold_mirror: Fold
  readonly fold_cycle: Fold
}

export interface Kernels extends Folds {
  fill_places(places: number, height: number, width: number, a: number, b: number, c: number): void
  divide_places(x: number, y: number, height: number, width: number, c0: number, c1: number): void
  frame(framed: number, picture: number, height: number, width: number, channels: number, value: number): void
  wrap_frame(framed: number, height: number, width: number, channels: number): void
  bilinear(
    out: number,
    framed: number,
    x: number,
    y: number,
    count: number,
    height: number,
    width: number,
    channels: number,
  ): void
  nearest(out: number, framed: number, x: number, y: number, count: number, width: number, channels: number): void
}

const memoryOf = kernelMemory<Kernels>('sampler.wasm')
