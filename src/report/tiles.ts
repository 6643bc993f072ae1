/** Draws small pictures in a grid: filters, samples, reconstructions. */
import { type Shape, sizeOf } from '../base/shape.js'
import { enlarged, filled, type Image, zoomFor } from './image.js'

export interface TileShape {
  readonly width: number
  readonly height: number
}

/**
 * The values drawn as black and white: `unit` 0 and 1; `each` the least and largest of the tile; `all` those of all
 * tiles.
 */
export type Scale = 'unit' | 'each' | 'all'

export interface TileOptions {
  readonly tile: TileShape
  readonly columns: number
  readonly scale: Scale
  /** Number of tiles that are grouped, with a gap between groups: 2 for pairs. */
  readonly group?: number
}

/** Not a grey, so that it cannot be taken for a value. */
const BORDER = [70, 100, 150] as const
const GROUP_GAP = 4

/** A sample with two axes keeps its shape. Any other is laid out in rows, in a tile that is as square as possible. */
export function tileShape(sampleShape: Shape): TileShape {
  const [height, width, ...more] = sampleShape
  if (width !== undefined && sizeOf(more) === 1) return { width, height: height! }
  const size = sizeOf(sampleShape)
  const side = Math.ceil(Math.sqrt(size))
  return { width: side, height: Math.ceil(size / side) }
}

/**
 * Draws tiles. `rows` has the elements of each, row by row. If a tile has more room, the rest has the colour of the
 * border.
 */
export function tiles(rows: readonly Float32Array[], { tile, columns, scale, group = columns }: TileOptions): Image {
  const across = Math.min(columns, rows.length)
  const down = Math.ceil(rows.length / across)
  const left = (column: number) => 1 + column * (tile.width + 1) + Math.floor(column / group) * GROUP_GAP
  const width = left(across - 1) + tile.width + 1
  const image = filled(width, down * (tile.height + 1) + 1, BORDER)
  const common = scale === 'all' ? rangeOf(rows) : UNIT
  for (const [index, row] of rows.entries()) {
    const grey = greyOf(scale === 'each' ? rangeOf([row]) : common)
    const top = 1 + Math.floor(index / across) * (tile.height + 1)
    for (const [element, value] of row.entries()) {
      const y = top + Math.floor(element / tile.width)
      const x = left(index % across) + (element % tile.width)
      image.data.fill(grey(value), 3 * (y * width + x), 3 * (y * width + x + 1))
    }
  }
  return enlarged(image, zoomFor(width))
}

interface Range {
  readonly least: number
  readonly largest: number
}

const UNIT: Range = { least: 0, largest: 1 }

function rangeOf(rows: readonly Float32Array[]): Range {
  let [least, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const row of rows) {
    for (const value of row) {
      least = Math.min(least, value)
      largest = Math.max(largest, value)
    }
  }
  return { least, largest }
}

/** Returns a function from a value to a grey level. If all values are equal, it is the middle grey. */
function greyOf({ least, largest }: Range): (value: number) => number {
  if (!(largest > least)) return () => 128
  return (value) => Math.round((255 * (Math.min(largest, Math.max(least, value)) - least)) / (largest - least))
}

/** Draws each row as a row of pixels, from black for 0 to white for 1. */
export function raster(rows: readonly Float32Array[]): Image {
  const width = rows[0]!.length
  const grey = greyOf(UNIT)
  const data = Uint8Array.from(rows.flatMap((row) => Array.from(row, grey)))
  return enlarged({ width, height: rows.length, channels: 1, data }, zoomFor(width))
}
