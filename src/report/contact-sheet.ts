/** Draws pictures with their labels, their masks, and what augmentation makes of them. */
import type { SheetPicture, SheetSample } from '../export/sheet-sample.js'
import { enlarged, fill, filled, type Image } from './image.js'
import { LINE, textWidth, write } from './pixel-font.js'

const GAP = 6
const BACKGROUND = [245, 245, 245] as const
const INK = [30, 30, 30] as const
/** Tiles have at most this height and width; larger pictures are drawn smaller. */
const MOST_SIDE = 128
/** Tiles of small pictures are enlarged to about this. */
const LEAST_SIDE = 64
/** Width of a sheet of samples that are one tile each. */
const SHEET = 900

/** Samples of one tile are in a grid; those of several have a row each. */
export function contactSheet(samples: readonly SheetSample[]): Image {
  const rows = samples.map(({ label, pictures, masks, augmented }) => ({
    label: label.toLowerCase(),
    tiles: [...pictures, ...masks, ...augmented].map(tileOf),
  }))
  const all = rows.flatMap(({ tiles }) => tiles)
  const width = Math.max(...all.map((tile) => tile.width), ...rows.map(({ label }) => textWidth(short(label))))
  const height = Math.max(...all.map((tile) => tile.height)) + LINE + 2
  const perRow = Math.max(...rows.map(({ tiles }) => tiles.length))
  const across = Math.min(rows.length, Math.max(1, Math.floor(SHEET / ((width + GAP) * perRow))))
  const down = Math.ceil(rows.length / across)
  const sheet = filled(across * perRow * (width + GAP) + GAP, down * (height + GAP) + GAP, BACKGROUND)
  for (const [index, { label, tiles }] of rows.entries()) {
    const left = GAP + (index % across) * perRow * (width + GAP)
    const top = GAP + Math.floor(index / across) * (height + GAP)
    for (const [place, tile] of tiles.entries()) paste(tile, sheet, left + place * (width + GAP), top)
    write(sheet, short(label), left, top + tiles[0]!.height + 2, INK)
  }
  return sheet
}

const MOST_LETTERS = 24

const short = (label: string): string => label.slice(0, MOST_LETTERS)

/** Masks have colours far from one another. */
const CLASS_COLOURS = [
  [0, 0, 0],
  [230, 60, 50],
  [60, 130, 230],
  [70, 180, 80],
  [240, 190, 40],
  [160, 80, 200],
  [80, 200, 200],
  [240, 130, 190],
] as const

/** Opacity is drawn on white. */
function tileOf({ height, width, channels, values, classes }: SheetPicture): Image {
  const step = Math.max(1, Math.ceil(Math.max(height, width) / MOST_SIDE))
  const tile = filled(Math.floor(width / step) || 1, Math.floor(height / step) || 1, BACKGROUND)
  for (let y = 0; y < tile.height; y++) {
    for (let x = 0; x < tile.width; x++) {
      const at = (y * step * width + x * step) * channels
      const color =
        classes === undefined ? colorAt(values, at, channels) : CLASS_COLOURS[values[at]! % CLASS_COLOURS.length]!
      fill(tile, x, y, 1, 1, color)
    }
  }
  return enlarged(tile, Math.max(1, Math.floor(LEAST_SIDE / Math.max(tile.width, tile.height))))
}

function colorAt(values: ArrayLike<number>, at: number, channels: number): readonly [number, number, number] {
  const opacity = channels === 4 ? values[at + 3]! / 255 : 1
  const byte = (channel: number) =>
    Math.min(255, Math.max(0, Math.round(values[at + (channels < 3 ? 0 : channel)]! * opacity + 255 * (1 - opacity))))
  return [byte(0), byte(1), byte(2)]
}

function paste(tile: Image, sheet: Image, left: number, top: number): void {
  for (let y = 0; y < tile.height; y++) {
    const row = tile.data.subarray(y * tile.width * 3, (y + 1) * tile.width * 3)
    sheet.data.set(row, ((top + y) * sheet.width + left) * 3)
  }
}
