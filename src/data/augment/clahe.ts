/** `ContrastLimitedAdaptiveHistogramEqualization` (keras/src/layers/preprocessing/image_preprocessing/clahe.py). */
import type { ArgumentsOf } from '../../spec/augmentation.js'
import type { Augmentation, Picture } from './augmentation.js'
import { BYTES, between, changed, clip, rangeOf } from './values.js'

/** Number of values of a histogram. */
const LEVELS = 256

/** Draws nothing. Works in validation and test too. */
export function clahe({
  value_range,
  clip_limit,
  tile_grid_size,
}: ArgumentsOf<'ContrastLimitedAdaptiveHistogramEqualization'>): Augmentation<null> {
  const range = rangeOf(value_range)
  const [toByte, fromByte] = [between(range, BYTES), between(BYTES, range)]
  const [rows, columns] = tile_grid_size as readonly [number, number]
  return {
    shape: (given) => given,
    draw: () => null,
    inference: () => null,
    apply(picture) {
      const bytes = changed(picture, (value) => Math.trunc(clip(toByte(value), BYTES)))
      const tiles = {
        rows,
        columns,
        height: Math.ceil(picture.shape[0] / rows),
        width: Math.ceil(picture.shape[1] / columns),
      }
      return changed(interpolated(bytes, tiles, tables(bytes, tiles, clip_limit)), fromByte)
    },
  }
}

/** How a picture is cut into tiles of equal size. The last ones may reach beyond it, where it is mirrored. */
interface Tiles {
  readonly rows: number
  readonly columns: number
  /** Size of a tile in pixels. */
  readonly height: number
  readonly width: number
}

/** For each tile and channel a table of 256 values: the new value of each byte. */
function tables({ shape, values }: Picture, tiles: Tiles, clipLimit: number): Float32Array {
  const [height, width, channels] = shape
  const { rows, columns, height: tileHeight, width: tileWidth } = tiles
  const made = new Float32Array(rows * columns * channels * LEVELS)
  for (let y = 0; y < rows * tileHeight; y++) {
    for (let x = 0; x < columns * tileWidth; x++) {
      const tile = Math.floor(y / tileHeight) * columns + Math.floor(x / tileWidth)
      const pixel = mirrored(y, height) * width + mirrored(x, width)
      for (let channel = 0; channel < channels; channel++) {
        made[(tile * channels + channel) * LEVELS + values[pixel * channels + channel]!]!++
      }
    }
  }
  for (let at = 0; at < made.length; at += LEVELS) {
    equalize(made.subarray(at, at + LEVELS), tileHeight * tileWidth, clipLimit)
  }
  return made
}

/** The place within 0 ... count - 1 of a place beyond, if the row is followed by its mirror image, and so on. */
function mirrored(place: number, count: number): number {
  const within = place % (2 * count)
  return within < count ? within : 2 * count - 1 - within
}

/** Makes a table of counts. Counts above the limit are spread over all levels. */
function equalize(counts: Float32Array, pixels: number, clipLimit: number): void {
  if (clipLimit > 0) {
    const limit = (clipLimit * pixels) / LEVELS
    const excess = counts.reduce((sum, count) => sum + Math.max(0, count - limit), 0)
    for (let level = 0; level < LEVELS; level++) counts[level] = Math.min(counts[level]!, limit) + excess / LEVELS
  }
  const first = counts[0]!
  let below = 0
  for (let level = 0; level < LEVELS; level++) {
    below += counts[level]!
    counts[level] = clip(((below - first) * 255) / (pixels - first || 1), BYTES)
  }
}

/** Replaces each value by the mean of what the tables of the four nearest tiles say, weighted by their distances. */
function interpolated({ shape, values }: Picture, tiles: Tiles, of: Float32Array): Picture {
  const [height, width, channels] = shape
  const made = new Float32Array(values.length)
  const across = neighbours(width, tiles.width, tiles.columns)
  for (const [y, { before: above, after: beneath, share: low }] of neighbours(
    height,
    tiles.height,
    tiles.rows,
  ).entries()) {
    for (let x = 0; x < width; x++) {
      const { before: left, after: right, share } = across[x]!
      for (let channel = 0; channel < channels; channel++) {
        const at = (y * width + x) * channels + channel
        const from = (row: number, column: number) =>
          of[((row * tiles.columns + column) * channels + channel) * LEVELS + values[at]!]!
        const top = from(above, left) * (1 - share) + from(above, right) * share
        const bottom = from(beneath, left) * (1 - share) + from(beneath, right) * share
        made[at] = top * (1 - low) + bottom * low
      }
    }
  }
  return { shape, values: made }
}

interface Neighbours {
  readonly before: number
  readonly after: number
  /** Weight of the tile after. */
  readonly share: number
}

/** For each place along an axis the tiles whose middles are before and after it. */
const neighbours = (places: number, size: number, count: number): readonly Neighbours[] =>
  Array.from({ length: places }, (_, place) => {
    const tile = (place - size / 2) / size
    const before = Math.floor(tile)
    return { before: Math.max(before, 0), after: Math.min(before + 1, count - 1), share: tile - before }
  })
