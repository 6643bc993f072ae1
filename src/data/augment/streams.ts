/** The random numbers of augmentations: a function of seed, layer, row and epoch, and of nothing else. */
import { PURPOSE, RandomStream } from '../../base/philox.js'
import type { AugmentationSpec } from '../../spec/augmentation.js'

/** The place of a layer among all that draw. */
export interface LayerPlace {
  /** Seed of the spec. */
  readonly seed: number
  /** Number of the chain of steps that its pictures belong to. */
  readonly chain: number
  /** Index of the layer in its list. */
  readonly index: number
}

/** Bits of the key for the kind of draw, and for the index of a layer. */
const [PURPOSE_BITS, INDEX_BITS] = [8, 12]

/**
 * Returns the stream of a layer for a row, which is its number in the source, and an epoch. Layers at the same place of
 * two lists that are given the same seed draw alike, so that two pictures of a sample can move together.
 */
export function streamsOf({ seed: own }: AugmentationSpec, { seed, chain, index }: LayerPlace) {
  const place = index * 2 ** PURPOSE_BITS + (own === null ? (chain + 1) * 2 ** (PURPOSE_BITS + INDEX_BITS) : 0)
  const key = { seed: own ?? seed, purpose: PURPOSE.augment + place }
  return (row: number, epoch: number) => new RandomStream({ ...key, stream: row, step: epoch })
}
