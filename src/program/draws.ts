/** Uniform random numbers for samples of units, as inputs of a program. */
import type { Tensor } from '@tensorflow/tfjs-core'
import type { NoiseInput } from '../base/noise.js'
import type { Tensors } from '../base/tensors.js'
import type { Rbm } from '../model/rbm/rbm.js'

/** What one sample of a layer of units takes. */
export interface Draw {
  readonly inputs: readonly NoiseInput[]
  from(given: Tensors): readonly Tensor[]
}

export type Side = 'visible' | 'hidden'

/** What a program's numbers are for: a measure must not see those of training. */
export type Use = 'training' | 'evaluation' | 'sampling'

/** Streams of one use, one owner and one time lie together; kinds of units take fewer numbers than this. */
const MOST_UNIFORMS = 4
const OWNERS = { data: 0, swap: 2 ** 17, chain: 2 ** 18, measure: 2 ** 19, label: 2 ** 18 + 2 ** 19 } as const
const USES: { readonly [Name in Use]: number } = { training: 0, evaluation: 2 ** 20, sampling: 2 ** 21 }

export const streamOf = (owner: keyof typeof OWNERS, use: Use, index = 0): number => USES[use] + OWNERS[owner] + index

/** For the units of one side at a time of a chain, counted from 0; `rows`: how many samples, null for the batch. */
export function drawOf(
  rbm: Rbm,
  {
    owner,
    side,
    time,
    use,
    rows,
  }: { owner: 'data' | 'chain'; side: Side; time: number; use: Use; rows: number | null },
): Draw {
  const units = side === 'visible' ? rbm.visibleUnits : rbm.hiddenUnits
  const first = streamOf(owner, use, MOST_UNIFORMS * (2 * time + (side === 'visible' ? 1 : 0)))
  const inputs = Array.from(
    { length: rbm[side].uniforms },
    (_, index): NoiseInput => ({
      kind: 'noise',
      name: `${use}/${owner}/${side}/${time}/${index}`,
      shape: [rows, units],
      stream: first + index,
      distribution: { type: rbm[side].coarse ? 'coarse_uniform' : 'uniform' },
    }),
  )
  return { inputs, from: (given) => inputs.map(({ name }) => given[name]!) }
}
