/** `AugMix` (keras/src/layers/preprocessing/image_preprocessing/aug_mix.py; Hendrycks et al., arXiv 1912.02781). */
import type { ArgumentsOf } from '../../spec/augmentation.js'
import type { Augmentation } from './augmentation.js'
import { taking } from './channels.js'
import { applied, type Choice, choose, colourLayers, layersOf } from './choices.js'
import { beta, dirichlet } from './draws.js'
import { zeros } from './scratch.js'
import { clipped, rangeOf } from './values.js'

export interface MixedChains {
  /** Share of the picture itself; the mixture of the chains has the rest. */
  readonly own: number
  readonly chains: readonly { readonly share: number; readonly choices: readonly Choice[] }[]
}

/**
 * Draws the chains and their shares; Keras draws them once for a batch. Masks stay as they are, because a mixture of pictures
 * that have moved has no mask of class numbers; Keras mixes the numbers.
 */
export function augMix(spec: ArgumentsOf<'AugMix'>): Augmentation<MixedChains> {
  const { num_chains, chain_depth, alpha, all_ops } = spec
  const range = rangeOf(spec.value_range)
  const layers = { ...layersOf(spec), ...(all_ops ? colourLayers(spec) : {}) }
  // a place of a chain is empty as often as it has any of the layers
  const places = Object.keys(layers).length + 1
  return {
    shape: all_ops ? taking('AugMix', 1, 3) : (given) => given,
    draw: (random, given) => ({
      own: beta(random, alpha),
      chains: dirichlet(random, alpha, num_chains).map((share) => {
        const filled = Array.from({ length: chain_depth }, () => random.below(places) > 0).filter(Boolean)
        return { share, choices: choose(layers, filled.length, random, given) }
      }),
    }),
    apply(picture, { own, chains }) {
      const made = zeros(picture.values.length)
      for (let at = 0; at < made.length; at++) made[at] = own * picture.values[at]!
      for (const { share, choices } of chains) {
        const { values } = applied(layers, picture, choices)
        const weight = (1 - own) * share
        for (let at = 0; at < made.length; at++) made[at]! += weight * values[at]!
      }
      return { shape: picture.shape, values: clipped(made, range) }
    },
  }
}
