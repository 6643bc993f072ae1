/** Consecutive numbers. */

/** Returns `count` whole numbers from `first` on. `Uint32Array.from` with a function takes ten times as long. */
export function countUp(first: number, count: number): Uint32Array {
  const numbers = new Uint32Array(count)
  for (let index = 0; index < count; index++) numbers[index] = first + index
  return numbers
}
