/** Augmentations from what a user writes, and random numbers for their draws. */
import { PURPOSE, RandomStream } from '../../src/base/philox.js'
import type { Augmentation, Mixing } from '../../src/data/augment/augmentation.js'
import { augmentationOf } from '../../src/data/augment/registry.js'
import { type AugmentationSpec, augment } from '../../src/spec/augmentation.js'

/** A layer as a user writes it. */
export type GivenLayer = AugmentationSpec['type'] | { readonly type: string; readonly [argument: string]: unknown }

export const resolved = (layer: GivenLayer): AugmentationSpec => augment.parse([layer])[0]!

export const augmentation = <Drawn>(layer: GivenLayer): Augmentation<Drawn> =>
  augmentationOf(resolved(layer)) as Augmentation<Drawn>

export const mixing = <Drawn>(layer: GivenLayer): Mixing<Drawn> => augmentationOf(resolved(layer)) as Mixing<Drawn>

/** The draws of a layer for so many samples. */
export function drawMany<Drawn>(
  layer: Pick<Augmentation<Drawn>, 'draw'>,
  count: number,
  shape: readonly [number, number, number] = [4, 4, 3],
): Drawn[] {
  const random = new RandomStream({ seed: 7, purpose: PURPOSE.sample, stream: 0, step: 0 })
  return Array.from({ length: count }, () => layer.draw(random, shape))
}
