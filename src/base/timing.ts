/** Times work that is repeated. */

export interface TimingLimits {
  /** Maximum number of repetitions. */
  readonly most: number
  /** After this many milliseconds no further repetition begins, */
  readonly budgetMs: number
  /** but there are at least this many. Default: 1. */
  readonly least?: number
}

/** Returns the milliseconds of each repetition. */
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

/** The middle number, or the mean of the middle two. NaN for an empty list. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2
}

/** The smallest number. Unlike `Math.min`, it works for a list of any length. */
export const least = (numbers: readonly number[]): number =>
  numbers.reduce((smallest, number) => Math.min(smallest, number), Number.POSITIVE_INFINITY)
