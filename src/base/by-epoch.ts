/** Numbers that change at some epochs. */

/** Pairs of an epoch, from 1, and the number from then on: `[[1, 0.5], [6, 0.9]]`. */
export type ByEpoch = readonly (readonly number[])[]

/** The number that holds in an epoch, from 1. */
export const inEpoch = (pairs: ByEpoch, epoch: number): number => pairs.findLast(([from]) => from! <= epoch)![1]!
