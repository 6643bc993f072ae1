/** How hosts, or the devices of one, share the batches of a runner. */
import { rowsIn, shareOf } from '../../../base/share.js'
import type { Program } from '../../../program/program.js'
import type { News } from '../../group.js'
import { exchangeOf, ownPart, valuesOfSamples } from '../passes/exchange.js'
import { looksAtEachSample } from '../passes/separable.js'
import type { TensorflowGroup } from './group.js'
import { type Step, type StepOptions, stepOf } from './halves.js'

/** The hosts and the devices that share the batches of a runner. */
export interface Sharing {
  /** The hosts, and what they tell one another; absent if this one computes alone. */
  readonly hosts?: { readonly group: TensorflowGroup; readonly news: News }
  /** TensorFlow's names of the devices of this host. */
  readonly devices: readonly string[]
  /** True for a program that they share. */
  readonly isShared: (program: string) => boolean
}

/** Rows that this host has in a batch: at least the first one. */
export const ownRows = (size: number, { rank, addresses }: TensorflowGroup): number =>
  rowsIn(shareOf(size, { index: rank, of: addresses.length }))

const perPart = (part: string, whole: string) =>
  `The model looks across the samples of a batch, as batch normalization does. Each ${part} looks only at its own share, so the results are not those of one ${whole}`

/** How a step is shared: by all hosts, or by all devices of this one. */
export const sharersOf = (
  { hosts, devices, isShared }: Sharing,
  program: string,
): Pick<StepOptions, 'isShared' | 'devices'> =>
  isShared(program) ? { isShared: hosts !== undefined, devices: devices.length } : {}

/** Warns of a step that is not shared, or that is shared but not as one would compute it. */
export async function sharingWarnings(
  step: Step,
  program: Program,
  size: number,
  { hosts, devices }: Sharing,
): Promise<readonly string[]> {
  if (!hosts && step.others.length === 0) {
    return [`${size} samples are too few for ${devices.length} devices, so the first one computes each step alone`]
  }
  const rows = hosts ? size : rowsIn(shareOf(size, { index: 0, of: devices.length }))
  if (await isExact(step, program, rows)) return []
  return [hosts ? perPart('host', 'machine') : perPart('device', 'device')]
}

/** True if hosts or devices that share a batch compute what one would. `size`: rows of the share of this graph. */
async function isExact(step: Step, program: Program, size: number): Promise<boolean> {
  if (step.halves) return true
  // the axis of a single sample cannot be told from others
  const several = Math.max(2, size)
  const { graph } = several === size ? step : await stepOf(program, several, { mostNodes: 0, isShared: true })
  return looksAtEachSample(ownPart(graph, exchangeOf(graph, valuesOfSamples(graph))), several)
}
