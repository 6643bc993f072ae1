/** What a trained RBM looks like: pictures by the names of their files. */
import { histograms } from './histograms.js'
import type { Image } from './image.js'
import { raster, type Scale, type TileShape, tiles } from './tiles.js'

export interface RbmLook {
  readonly tile: TileShape
  /** (visible, hidden), row-major. */
  readonly kernel: Float32Array
  readonly visibleBias: Float32Array
  readonly hiddenBias: Float32Array
  /** What one more step would add to the kernel. */
  readonly update: Float32Array
  /** Samples, their hidden units, and what comes back of those. */
  readonly samples: readonly Float32Array[]
  readonly hidden: readonly Float32Array[]
  readonly reconstructions: readonly Float32Array[]
  /** Means of the visible units of chains. */
  readonly fantasies: readonly Float32Array[]
}

/** So many filters, the first ones, and fantasy particles are shown. */
export const MOST_TILES = 100
/** Samples beside their reconstructions. */
const MOST_PAIRS = 40
/** Rows of the raster. */
export const MOST_ROWS = 200

const COLUMNS = 10

export function rbmPictures(look: RbmLook): Readonly<Record<string, Image>> {
  const { tile, kernel, visibleBias, hiddenBias, update, samples, hidden, reconstructions, fantasies } = look
  return {
    'filters.png': tiles(filtersOf(kernel, hiddenBias.length).slice(0, MOST_TILES), {
      tile,
      columns: COLUMNS,
      scale: 'each',
    }),
    'fantasy.png': sampleTiles(fantasies.slice(0, MOST_TILES), tile),
    'reconstructions.png': beside([samples, reconstructions], MOST_PAIRS, tile),
    'histograms.png': histograms([
      { title: 'weights', values: kernel },
      { title: 'updates of the weights', values: update },
      { title: 'visible biases', values: visibleBias },
      { title: 'hidden biases', values: hiddenBias },
    ]),
    'hidden-activity.png': raster(hidden.slice(0, MOST_ROWS)),
  }
}

/** Weights of each hidden unit to the visible ones. */
export const filtersOf = (kernel: Float32Array, hiddenUnits: number): Float32Array[] =>
  Array.from({ length: hiddenUnits }, (_, unit) =>
    Float32Array.from({ length: kernel.length / hiddenUnits }, (_, at) => kernel[at * hiddenUnits + unit]!),
  )

export const sampleTiles = (rows: readonly Float32Array[], tile: TileShape): Image =>
  tiles(rows, { tile, columns: COLUMNS, scale: scaleOf(rows) })

/** Pictures of the same sample side by side, one of each list. */
export function beside(lists: readonly (readonly Float32Array[])[], most: number, tile: TileShape): Image {
  const rows = lists[0]!.slice(0, most).flatMap((_, index) => lists.map((list) => list[index]!))
  const group = lists.length
  return tiles(rows, { tile, columns: group * Math.floor(COLUMNS / group), scale: scaleOf(rows), group })
}

/** Probabilities are shown as they are; what may be any number, by its own range. */
const scaleOf = (rows: readonly Float32Array[]): Scale =>
  rows.every((row) => row.every((value) => value >= 0 && value <= 1)) ? 'unit' : 'all'
