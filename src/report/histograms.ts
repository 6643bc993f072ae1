/** Draws distributions of numbers as histograms, one panel below another. */
import { enlarged, fill, filled, type Image } from './image.js'
import { LINE, textWidth, write } from './pixel-font.js'

export interface Distribution {
  readonly title: string
  readonly values: Float32Array
}

const BINS = 100
const BIN_WIDTH = 4
const HEIGHT = 90
const MARGIN = 12
const ZOOM = 2

const WHITE = [255, 255, 255] as const
const BAR = [70, 110, 160] as const
const AXIS = [120, 120, 120] as const
const TEXT = [30, 30, 30] as const
const ZERO = [210, 90, 60] as const

/**
 * A panel per distribution, from its least to its largest value, in bins of equal width. A line marks 0; the text gives
 * the mean absolute value.
 */
export function histograms(distributions: readonly Distribution[]): Image {
  const panel = LINE + HEIGHT + LINE + MARGIN
  const width = BINS * BIN_WIDTH + 2 * MARGIN
  const image = filled(width, distributions.length * panel + MARGIN, WHITE)
  for (const [index, one] of distributions.entries()) drawPanel(image, one, MARGIN + index * panel)
  return enlarged(image, ZOOM)
}

function drawPanel(image: Image, { title, values }: Distribution, top: number): void {
  const [left, right] = [MARGIN, image.width - MARGIN]
  const { least, largest, counts, meanSize } = binned(values)
  const floor = top + LINE + HEIGHT
  const most = Math.max(...counts)
  const sum = `${values.length} values, mean size ${short(meanSize)}`
  write(image, title, left, top, TEXT)
  write(image, sum, right - textWidth(sum), top, AXIS)
  for (const [bin, count] of counts.entries()) {
    // a bin that is not empty is always visible
    const height = count === 0 ? 0 : Math.max(1, Math.round(((HEIGHT - 4) * count) / most))
    fill(image, left + bin * BIN_WIDTH, floor - height, BIN_WIDTH - 1, height, BAR)
  }
  if (least < 0 && largest > 0) {
    const zero = left + Math.round((BINS * BIN_WIDTH * -least) / (largest - least))
    fill(image, zero, top + LINE, 1, HEIGHT, ZERO)
  }
  fill(image, left, floor, right - left, 1, AXIS)
  write(image, short(least), left, floor + 3, TEXT)
  write(image, short(largest), right - textWidth(short(largest)), floor + 3, TEXT)
}

/** Counts values in bins, without those that are not finite. If all values are equal, they are in the middle bin. */
function binned(values: Float32Array) {
  let [least, largest, sum, number] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0]
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    least = Math.min(least, value)
    largest = Math.max(largest, value)
    sum += Math.abs(value)
    number++
  }
  if (number === 0) return { least: 0, largest: 0, counts: [0], meanSize: 0 }
  const counts = new Array<number>(BINS).fill(0)
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    const place = largest > least ? Math.floor((BINS * (value - least)) / (largest - least)) : BINS / 2
    counts[Math.min(BINS - 1, place)]!++
  }
  return { least, largest, counts, meanSize: sum / number }
}

/** `-0.0213`, `1.2e-7` */
function short(value: number): string {
  const rounded = Number(value.toPrecision(3))
  return rounded !== 0 && Math.abs(rounded) < 1e-3 ? rounded.toExponential() : String(rounded)
}
