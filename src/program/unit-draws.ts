/** Uniform random numbers for samples of units, as inputs of a program. */
import type { Tensor } from '@tensorflow/tfjs-core'
import type { DrawMode } from '../base/mode.js'
import type { NoiseInput } from '../base/noise.js'
import type { Tensors } from '../base/tensors.js'
import type { Side } from '../model/rbm/log-partition.js'
import type { Rbm } from '../model/rbm/rbm.js'

/** The random numbers for one sample of a layer of units. */
export interface Draw {
  readonly inputs: readonly NoiseInput[]
  from(given: Tensors): readonly Tensor[]
}

/** Number of streams reserved for one use, owner, side and time; more than any kind of unit needs. */
const MOST_UNIFORMS = 4
const OWNERS = { data: 0, swap: 2 ** 17, chain: 2 ** 18, measure: 2 ** 19, label: 2 ** 18 + 2 ** 19 } as const
const MODES: { readonly [Name in DrawMode]: number } = { training: 0, evaluation: 2 ** 20, sampling: 2 ** 21 }

export const streamOf = (owner: keyof typeof OWNERS, mode: DrawMode, index = 0): number =>
  MODES[mode] + OWNERS[owner] + index

/**
 * Random numbers for the units of one side at one time of a chain, counted from 0. `rows` is the number of samples;
 * null for the batch.
 */
export function drawOf(
  rbm: Rbm,
  {
    owner,
    side,
    time,
    mode,
    rows,
  }: { owner: 'data' | 'chain'; side: Side; time: number; mode: DrawMode; rows: number | null },
): Draw {
  const units = side === 'visible' ? rbm.visibleUnits : rbm.hiddenUnits
  const first = streamOf(owner, mode, MOST_UNIFORMS * (2 * time + (side === 'visible' ? 1 : 0)))
  const inputs = Array.from(
    { length: rbm[side].uniforms },
    (_, index): NoiseInput => ({
      kind: 'noise',
      name: `${mode}/${owner}/${side}/${time}/${index}`,
      shape: [rows, units],
      stream: first + index,
      distribution: { type: rbm[side].coarse ? 'coarse_uniform' : 'uniform' },
    }),
  )
  return { inputs, from: (given) => inputs.map(({ name }) => given[name]!) }
}
