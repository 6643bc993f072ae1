/** `ContrastLimitedAdaptiveHistogramEqualization` (keras/src/layers/preprocessing/image_preprocessing/clahe.py). */
import type { ArgumentsOf } from '../../spec/augmentation.js'
import type { Augmentation, PictureShape } from './augmentation.js'
import { BYTES, clip, rangeOf, rescaled } from './values.js'

/** Number of values of a histogram. */
const LEVELS = 256

/** Draws nothing. Works in validation and test too. */
export function clahe({
  value_range,
  clip_limit,
  tile_grid_size,
}: ArgumentsOf<'ContrastLimitedAdaptiveHistogramEqualization'>): Augmentation<null> {
  const range = rangeOf(value_range)
  const [rows, columns] = tile_grid_size as readonly [number, number]
  return {
    shape: (given) => given,
    draw: () => null,
    inference: () => null,
    apply({ shape, values }) {
      const [height, width] = shape
      const exact = rescaled(values, range, BYTES)
      const bytes = new Uint8Array(values.length)
      for (let at = 0; at < bytes.length; at++) bytes[at] = clip(exact[at]!, 0, 255)
      const tiles = { rows, columns, height: Math.ceil(height / rows), width: Math.ceil(width / columns) }
      const made = interpolated(bytes, shape, tiles, tablesOf(bytes, shape, tiles, clip_limit))
      return { shape, values: rescaled(made, BYTES, range) }
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
function tablesOf(bytes: Uint8Array, shape: PictureShape, tiles: Tiles, clipLimit: number): Float32Array {
  const [height, width, channels] = shape
  const tables = new Float32Array(tiles.rows * tiles.columns * channels * LEVELS)
  for (let y = 0; y < tiles.rows * tiles.height; y++) {
    const line = mirrored(y, height) * width
    const row = Math.floor(y / tiles.height) * tiles.columns
    for (let x = 0; x < tiles.columns * tiles.width; x++) {
      const from = (line + mirrored(x, width)) * channels
      const table = (row + Math.floor(x / tiles.width)) * channels
      for (let channel = 0; channel < channels; channel++) {
        tables[(table + channel) * LEVELS + bytes[from + channel]!]!++
      }
    }
  }
  for (let table = 0; table < tables.length; table += LEVELS) {
    equalize(tables, table, tiles.height * tiles.width, clipLimit)
  }
  return tables
}

/** The place within 0 ... count - 1 of a place beyond, if the row is followed by its mirror image, and so on. */
function mirrored(place: number, count: number): number {
  const within = place % (2 * count)
  return within < count ? within : 2 * count - 1 - within
}

/** Makes the table that begins at `from` of its counts. Counts above the limit are spread over all levels. */
function equalize(tables: Float32Array, from: number, pixels: number, clipLimit: number): void {
  const end = from + LEVELS
  if (clipLimit > 0) {
    const limit = (clipLimit * pixels) / LEVELS
    let excess = 0
    for (let level = from; level < end; level++) excess += Math.max(0, tables[level]! - limit)
    for (let level = from; level < end; level++) tables[level] = Math.min(tables[level]!, limit) + excess / LEVELS
  }
  const first = tables[from]!
  const scale = 255 / (pixels - first || 1)
  let below = 0
  for (let level = from; level < end; level++) {
    below += tables[level]!
    tables[level] = clip((below - first) * scale, 0, 255)
  }
}

/** Replaces each byte by the mean of what the tables of the four nearest tiles say, weighted by their distances. */
function interpolated(bytes: Uint8Array, shape: PictureShape, tiles: Tiles, tables: Float32Array): Float32Array {
  const [height, width, channels] = shape
  const made = new Float32Array(bytes.length)
  const size = channels * LEVELS
  const down = neighbours(height, tiles.height, tiles.rows)
  const across = neighbours(width, tiles.width, tiles.columns)
  for (let y = 0, at = 0; y < height; y++) {
    const { before: above, after: beneath, share: low } = down[y]!
    for (let x = 0; x < width; x++) {
      const { before: left, after: right, share } = across[x]!
      const corner = (row: number, column: number) => (row * tiles.columns + column) * size
      const [topLeft, topRight] = [corner(above, left), corner(above, right)]
      const [bottomLeft, bottomRight] = [corner(beneath, left), corner(beneath, right)]
      for (let channel = 0; channel < channels; channel++, at++) {
        const level = channel * LEVELS + bytes[at]!
        const top = tables[topLeft + level]! * (1 - share) + tables[topRight + level]! * share
        const bottom = tables[bottomLeft + level]! * (1 - share) + tables[bottomRight + level]! * share
        made[at] = top * (1 - low) + bottom * low
      }
    }
  }
  return made
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
