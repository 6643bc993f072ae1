/** How long something takes that is done again and again. */

export interface TimingLimits {
  /** Times that are wanted. */
  readonly most: number
  /** After this many milliseconds no further one is begun, */
  readonly budgetMs: number
  /** but for the first few. Default: 1. */
  readonly least?: number
}

/** Milliseconds of each time. */
export async function timesOf(
  work: () => Promise<unknown>,
  { most, budgetMs, least: atLeast = 1 }: TimingLimits,
): Promise<number[]> {
  const times: number[] = []
  const end = performance.now() + budgetMs
  while (times.length < most && (times.length < atLeast || performance.now() < end)) {
    const begin = performance.now()
    await work()
    times.push(performance.now() - begin)
  }
  return times
}

/** The middle one, or the mean of the middle two; NaN of none. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2
}

/** The smallest; of any number of numbers, unlike `Math.min`. */
export const least = (numbers: readonly number[]): number =>
  numbers.reduce((smallest, number) => Math.min(smallest, number), Number.POSITIVE_INFINITY)
