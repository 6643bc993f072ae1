/** Resizes pictures as Keras does on TensorFlow (keras/src/backend/tensorflow/image.py, `resize`). */
import type { Interpolation } from '../../spec/interpolations.js'
import type { PictureShape } from '../augment/augmentation.js'
import { kernelMemory } from '../kernel-memory.js'
import { tapsOf } from './taps.js'

/** Values of a picture in row-major order of height, width and channels. */
export type Pixels = Uint8Array | Uint16Array | Int32Array | Float32Array

export interface Resizing {
  readonly interpolation: Interpolation
  /** Widens kernels where the picture becomes smaller; not for nearest and area. */
  readonly antialias?: boolean
  /** Leaves out everything outside the largest window in the middle with the shape of the result. */
  readonly crop_to_aspect_ratio?: boolean
  /** Surrounds the picture with `fill_value` so that it has the shape of the result. */
  readonly pad_to_aspect_ratio?: boolean
  readonly fill_value?: number
}

export type Size = readonly [height: number, width: number]

/** Part of a picture. */
export interface Window {
  readonly top: number
  readonly left: number
  readonly height: number
  readonly width: number
}

/** Writes the picture with another height and width into `made`, where bytes are rounded, and returns it. */
export function resize<Made extends Float32Array | Uint8Array = Float32Array>(
  pixels: Pixels,
  shape: PictureShape,
  size: Size,
  settings: Resizing,
  made: Made = new Float32Array(size[0] * size[1] * shape[2]) as Made,
): Made {
  const [height, width, channels] = shape
  const resized = (given: Pixels, from: PictureShape, window: Window) => {
    resizeWindow(given, from, window, size, settings, made)
    return made
  }
  if (settings.crop_to_aspect_ratio) return resized(pixels, shape, middleOf(shape, size))
  if (settings.pad_to_aspect_ratio) {
    const { top, left } = borderOf(shape, size)
    const outer: PictureShape = [height + 2 * top, width + 2 * left, channels]
    const surrounded = place(pixels, shape, outer, { top, left }, settings.fill_value ?? 0)
    return resized(surrounded, outer, wholeOf(outer))
  }
  return resized(pixels, shape, wholeOf(shape))
}

const wholeOf = ([height, width]: PictureShape): Window => ({ top: 0, left: 0, height, width })

/** The largest window in the middle of a picture that has the shape of `size`. */
function middleOf([height, width]: PictureShape, size: Size): Window {
  const window = { height: atMost(height, heightFor(width, size)), width: atMost(width, widthFor(height, size)) }
  return { ...window, top: half(height - window.height), left: half(width - window.width) }
}

const atMost = (size: number, wanted: number) => Math.max(1, Math.min(size, wanted))
const half = (size: number) => Math.floor(size / 2)

/** The border on each side that gives a picture the shape of `size`, to within a pixel. */
const borderOf = ([height, width]: PictureShape, size: Size) => ({
  top: half(Math.max(0, heightFor(width, size) - height)),
  left: half(Math.max(0, widthFor(height, size) - width)),
})

const heightFor = (width: number, [height, wide]: Size) => Math.trunc(Math.fround(Math.fround(width * height) / wide))
const widthFor = (height: number, [high, width]: Size) => heightFor(height, [width, high])

/** Returns a picture of shape `outer` and of one value, in which the given one lies at `top` and `left`. */
export function place(
  pixels: Pixels,
  [height, width, channels]: PictureShape,
  [outerHeight, outerWidth]: PictureShape,
  { top, left }: Pick<Window, 'top' | 'left'>,
  value: number,
): Float32Array {
  const made = new Float32Array(outerHeight * outerWidth * channels).fill(value)
  const row = width * channels
  for (let y = 0; y < height; y++) {
    made.set(pixels.subarray(y * row, (y + 1) * row), ((top + y) * outerWidth + left) * channels)
  }
  return made
}

/** Returns a part of a picture, as an array of the same type. */
export function cut<Of extends Pixels>(
  pixels: Of,
  [, pictureWidth, channels]: PictureShape,
  { top, left, height, width }: Window,
): Of {
  const row = width * channels
  const made = pixels.slice(0, height * row) as Of
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * pictureWidth + left) * channels
    made.set(pixels.subarray(from, from + row), y * row)
  }
  return made
}

interface Kernels {
  widen(numbers: number, bytes: number, count: number): void
  narrow(bytes: number, numbers: number, count: number): void
  resize_row(
    out: number,
    row: number,
    starts: number,
    weights: number,
    width: number,
    count: number,
    channels: number,
  ): void
  sum_rows(
    out: number,
    ring: number,
    pitch: number,
    first: number,
    weights: number,
    count: number,
    length: number,
  ): void
}

const memoryOf = kernelMemory<Kernels>('resize.wasm')

/**
 * Resizes a window of a picture by SIMD kernels (`assembly/kernels.ts`). Each row that is needed is resized along the width
 * once; a ring keeps as many as make a row of the result.
 */
function resizeWindow(
  pixels: Pixels,
  [, pictureWidth, channels]: PictureShape,
  { top, left, height, width }: Window,
  [newHeight, newWidth]: Size,
  { interpolation, antialias = false }: Resizing,
  made: Float32Array | Uint8Array,
): void {
  const down = tapsOf(height, newHeight, interpolation, antialias)
  const across = tapsOf(width, newWidth, interpolation, antialias)
  const [given, wanted] = [width * channels, newWidth * channels]
  const pitch = 4 * wanted + 16
  const memory = memoryOf()
  const [bytes, row, starts, weights, sums, ring, out, rounded] = memory.layOut(
    given,
    4 * given + 64,
    across.starts.byteLength,
    across.weights.byteLength,
    down.weights.byteLength,
    pitch * down.count,
    4 * wanted + 64,
    wanted,
  ) as [number, number, number, number, number, number, number, number]
  const { kernels, buffer } = memory
  new Int32Array(buffer, starts, newWidth).set(across.starts)
  new Float32Array(buffer, weights, across.weights.length).set(across.weights)
  new Float32Array(buffer, sums, down.weights.length).set(down.weights)
  const areBytes = pixels instanceof Uint8Array
  const taken = areBytes ? new Uint8Array(buffer, bytes, given) : new Float32Array(buffer, row, given)
  const areRounded = made instanceof Uint8Array
  const summed = areRounded ? new Uint8Array(buffer, rounded, wanted) : new Float32Array(buffer, out, wanted)
  let next = 0
  for (let y = 0; y < newHeight; y++) {
    const start = down.starts[y]!
    for (next = Math.max(next, start); next < start + down.count; next++) {
      const from = ((top + next) * pictureWidth + left) * channels
      taken.set(pixels.subarray(from, from + given))
      if (areBytes) kernels.widen(row, bytes, given)
      const slot = ring + (next % down.count) * pitch
      kernels.resize_row(slot, row, starts, weights, newWidth, across.count, channels)
    }
    kernels.sum_rows(out, ring, pitch, start % down.count, sums + 4 * y * down.count, down.count, wanted)
    if (areRounded) kernels.narrow(rounded, out, wanted)
    made.set(summed, y * wanted)
  }
}
