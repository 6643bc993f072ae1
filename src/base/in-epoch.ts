/** Numbers that change at given epochs. */

/** Pairs of an epoch, from 1, and the number from then on: `[[1, 0.5], [6, 0.9]]`. */
export type ByEpoch = readonly (readonly number[])[]

/** Returns the number in an epoch, counted from 1. */
export const inEpoch = (pairs: ByEpoch, epoch: number): number => pairs.findLast(([from]) => from! <= epoch)![1]!
