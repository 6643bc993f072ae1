/** Whole numbers: counts and sizes. */
import { z } from 'zod'

/** Larger than any count or size that fits a machine. Messages mention this bound only if it is exceeded. */
export const LARGEST = 2 ** 31 - 1

export const whole = (least: number, most = LARGEST) => z.int().min(least).max(most)

/** Limit on lists that people write, such as metrics and layers: more than anyone needs. */
export const LONGEST_LIST = 2000

/** Limit on the axes of an array, which is that of tfjs. */
export const MOST_AXES = 6

/** Limit on thresholds, classes and the like: each needs a column of numbers for every sample of a batch. */
export const MOST_COLUMNS = 10_000

/**
 * Limit on windows, strides and dilations. The longest axis of a data set has 28 elements, a long sequence a few
 * thousand.
 */
export const LARGEST_WINDOW = 4096

/** Limit on Gibbs steps: the graph of a training step contains every one of them. */
export const MOST_GIBBS_STEPS = 1024
/** The same for parallel tempering: swaps between temperatures make a Gibbs step four times as large. */
export const MOST_TEMPERED_STEPS = 256

/** Limit on power iterations: the graph of a training step contains every one of them. */
export const MOST_POWER_ITERATIONS = 100

const BEYOND_REASON: readonly number[] = [LARGEST, MOST_COLUMNS, LARGEST_WINDOW, MOST_GIBBS_STEPS, MOST_TEMPERED_STEPS]

/** True for a bound that is so large that messages mention it only if it is exceeded. */
export const goesWithoutSaying = (most: number): boolean => BEYOND_REASON.includes(most)
