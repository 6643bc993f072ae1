/** Draws the pictures of a trained RBM. */
import { histograms } from './histograms.js'
import type { Image } from './image.js'
import { raster, type Scale, type TileShape, tiles } from './tiles.js'

export interface RbmLook {
  readonly tile: TileShape
  /** (visible, hidden), row-major. */
  readonly kernel: Float32Array
  readonly visibleBias: Float32Array
  readonly hiddenBias: Float32Array
  /** The change of the kernel by one more step; same shape as the kernel. */
  readonly update: Float32Array
  /** Samples, their hidden probabilities, and their reconstructions. */
  readonly samples: readonly Float32Array[]
  readonly hidden: readonly Float32Array[]
  readonly reconstructions: readonly Float32Array[]
  /** Means of the visible units of Gibbs chains. */
  readonly fantasies: readonly Float32Array[]
}

/** Number of filters and of fantasy particles to show; the first ones. */
export const MOST_TILES = 100
/** Number of samples to show beside their reconstructions. */
const MOST_PAIRS = 40
/** Rows of the raster: samples whose hidden units are shown. */
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

/** The weights between each hidden unit and all visible units, one array per hidden unit. */
export const filtersOf = (kernel: Float32Array, hiddenUnits: number): Float32Array[] =>
  Array.from({ length: hiddenUnits }, (_, unit) =>
    Float32Array.from({ length: kernel.length / hiddenUnits }, (_, at) => kernel[at * hiddenUnits + unit]!),
  )

export const sampleTiles = (rows: readonly Float32Array[], tile: TileShape): Image =>
  tiles(rows, { tile, columns: COLUMNS, scale: scaleOf(rows) })

/** Draws the tiles of several lists side by side: the first of each list, then the second of each, and so on. */
export function beside(lists: readonly (readonly Float32Array[])[], most: number, tile: TileShape): Image {
  const rows = lists[0]!.slice(0, most).flatMap((_, index) => lists.map((list) => list[index]!))
  const group = lists.length
  return tiles(rows, { tile, columns: group * Math.floor(COLUMNS / group), scale: scaleOf(rows), group })
}

/** Values between 0 and 1, such as probabilities, are shown as they are; others are scaled to their range. */
const scaleOf = (rows: readonly Float32Array[]): Scale =>
  rows.every((row) => row.every((value) => value >= 0 && value <= 1)) ? 'unit' : 'all'
