/** Writes a number with few digits. */

/** The text with the fewest digits, from `fewest`, that is the same float32; whole numbers as they are. */
export function shortest(value: number, fewest = 1): string {
  if (Number.isInteger(value)) return String(value)
  for (let digits = fewest; digits <= 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === Math.fround(value)) return String(short)
  }
  return String(value)
}

/** The same for a number that was computed, which mostly takes 7 digits or more: fewer are not tried. */
export const shortestComputed = (value: number): string => shortest(value, 7)
