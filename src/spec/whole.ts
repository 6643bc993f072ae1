/** Whole numbers: counts and sizes. */
import { z } from 'zod'

/** Larger than any count or size that fits a machine; as a bound it goes without saying. */
export const LARGEST = 2 ** 31 - 1

export const whole = (least: number) => z.int().min(least).max(LARGEST)
