/** Draws numbers as a line of blocks: `█▅▃▂▁`. */

const BLOCKS = '▁▂▃▄▅▆▇█'
/** Stands for NaN and infinity. */
const NONE = '·'

/**
 * At most `width` blocks; of more values, each block shows a mean. `least` and `largest` are those of the scale, which
 * several lines may share.
 */
export function sparkline(
  values: readonly (number | null)[],
  width: number,
  [least, largest]: readonly [least: number, largest: number],
): string {
  const count = Math.min(width, values.length)
  return Array.from({ length: count }, (_, index) => {
    const part = values.slice(
      Math.floor((index * values.length) / count),
      Math.floor(((index + 1) * values.length) / count),
    )
    const numbers = part.filter((value) => value !== null)
    if (numbers.length === 0) return NONE
    const mean = numbers.reduce((sum, value) => sum + value / numbers.length, 0)
    const height = largest > least ? (mean - least) / (largest - least) : 0
    return BLOCKS[Math.min(BLOCKS.length - 1, Math.max(0, Math.round(height * (BLOCKS.length - 1))))]
  }).join('')
}
