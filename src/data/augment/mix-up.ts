/** `MixUp` (keras/src/layers/preprocessing/image_preprocessing/mix_up.py; Zhang et al., arXiv 1710.09412). */
import type { ArgumentsOf } from '../../spec/augmentation.js'
import type { Mixing } from './augmentation.js'
import { beta } from './draws.js'
import { zeros } from './scratch.js'

/** Draws the share of the sample itself. */
export const mixUp = ({ alpha }: ArgumentsOf<'MixUp'>): Mixing<number> => ({
  draw: (random) => beta(random, alpha),
  mix({ shape, values }, other, share) {
    const made = zeros(values.length)
    for (let at = 0; at < made.length; at++) made[at] = share * values[at]! + (1 - share) * other.values[at]!
    return { shape, values: made }
  },
  share: (drawn) => drawn,
})
