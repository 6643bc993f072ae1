/** Whole numbers: counts and sizes. */
import { z } from 'zod'

/** Larger than any count or size that fits a machine; as a bound it goes without saying. */
export const LARGEST = 2 ** 31 - 1

export const whole = (least: number, most = LARGEST) => z.int().min(least).max(most)

/** Lists of what a reader has to keep apart, such as metrics and layers: more than anyone writes. */
export const LONGEST_LIST = 2000

/** Of an array: tfjs has no more. */
export const MOST_AXES = 6

/** Thresholds, classes and the like: each is a column of numbers for every sample of a batch. */
export const MOST_COLUMNS = 10_000

/** Windows, their steps and gaps: the longest axis of a data set has 28 elements, a long sequence some thousand. */
export const LARGEST_WINDOW = 4096

/** A step of training has them all written out, one after another. */
export const MOST_GIBBS_STEPS = 1024
/** With swaps between temperatures a step is four times as much to write out. */
export const MOST_TEMPERED_STEPS = 256

const BEYOND_REASON: readonly number[] = [LARGEST, MOST_COLUMNS, LARGEST_WINDOW, MOST_GIBBS_STEPS, MOST_TEMPERED_STEPS]

/** Whether a bound is so far out that it is told only to those who go beyond it. */
export const goesWithoutSaying = (most: number): boolean => BEYOND_REASON.includes(most)
