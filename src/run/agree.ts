/** Compares what hosts are about to train together. */
import { areSeveral } from '../base/devices.js'
import { UserError } from '../base/issue.js'
import type { ResolvedSpec } from '../spec/spec.js'
import { dataKey } from './data-key.js'
import { differenceLine, differences, HARMLESS } from './differences.js'
import { ofFirstHost } from './host-group.js'
import { persistentIn } from './persistent-chains.js'
import { ownVersion } from './versions.js'
import type { Work } from './work.js'

/** Throws a UserError if hosts cannot share the batches of a spec. */
export function refuseForHosts(spec: ResolvedSpec): void {
  const { k_fold, fold } = spec.fit
  if (k_fold !== null && fold === null) {
    throw new UserError('Several hosts cannot train the folds of a spec together: train each with "fold" on its own.')
  }
  if (areSeveral(spec.device)) {
    throw new UserError(
      `Several hosts cannot use several devices each, but device ${spec.device} is asked for. Start a process for each device instead, by TF_CONFIG, and choose its GPU with CUDA_VISIBLE_DEVICES.`,
    )
  }
  const [persistent] = persistentIn(spec)
  if (persistent !== undefined) {
    throw new UserError(
      `Several hosts cannot train an RBM by "${persistent.algorithm}", whose chains go on from step to step on one machine. Use "algorithm": "cd" or "mean_field".`,
    )
  }
}

interface Told {
  readonly version: string
  readonly spec: unknown
  readonly data: string
  readonly pauseAfter: number | undefined
}

/**
 * Compares the spec and the data with those of the first host, and takes over when training pauses. Throws a UserError
 * if they are others.
 */
export async function agreed(work: Work): Promise<Work> {
  const { spec, data, engine, pauseAfter } = work
  const { group } = engine
  if (!group) return work
  const own: Told = {
    version: ownVersion(),
    spec: JSON.parse(JSON.stringify(spec)),
    data: dataKey(data),
    pauseAfter,
  }
  const first = await ofFirstHost(group, async () => own)
  const problem = problemOf(own, first, group.addresses[0]!)
  // all hosts end, and none waits for another one
  const problems = await group.gather(problem)
  const found = problems.flatMap((text, rank) => (text === '' ? [] : [`Host ${group.addresses[rank]}: ${text}`]))
  if (found.length > 0) throw new UserError(found.join('\n'))
  return { ...work, pauseAfter: first.pauseAfter }
}

/** Says how this host differs from the first one; empty if it does not. */
function problemOf(own: Told, first: Told, address: string): string {
  if (own.version !== first.version) {
    return `it has trainspec ${own.version}, but the first host (${address}) has ${first.version}.`
  }
  const found = differences([first.spec, own.spec]).filter(({ path }) => !MAY_DIFFER.includes(path[0]!))
  if (found.length > 0) {
    const lines = found.map((one) => differenceLine(one, ['there', 'here']))
    return [`its spec differs from that of the first host (${address}):`, ...lines].join('\n')
  }
  if (own.data === first.data) return ''
  return `its data differ from those of the first host (${address}): all hosts must read the same.`
}

/** Fields that may differ: data are compared by what was read, and the first host alone saves and judges. */
const MAY_DIFFER: readonly string[] = [...HARMLESS, 'data']
