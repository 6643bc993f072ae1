/** Compares what hosts are about to train together. */
import { UserError } from '../base/issue.js'
import { PERSISTENT } from '../spec/rbm.js'
import { isStacked, isSupervised, type ResolvedSpec } from '../spec/spec.js'
import { dataKey } from './data-key.js'
import { differenceLine, differences, HARMLESS } from './differences.js'
import { ofFirstHost } from './host-group.js'
import { ownVersion } from './versions.js'
import type { Work } from './work.js'

/** Throws a UserError if hosts cannot share the batches of a spec. */
export function refuseForHosts(spec: ResolvedSpec): void {
  const { k_fold, fold } = spec.fit
  if (k_fold !== null && fold === null) {
    throw new UserError('Several hosts cannot train the folds of a spec together: train each with "fold" on its own.')
  }
  const rbms = isStacked(spec) ? spec.model.rbms : isSupervised(spec) ? [] : [spec]
  const persistent = rbms.map(({ training }) => training.algorithm).find((name) => PERSISTENT.includes(name))
  if (persistent !== undefined) {
    throw new UserError(
      `Several hosts cannot train an RBM by "${persistent}", whose chains go on from step to step on one machine. Use "algorithm": "cd" or "mean_field".`,
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
  const address = group.addresses[0]!
  if (own.version !== first.version) {
    throw new UserError(`The first host (${address}) has trainspec ${first.version}, but this one has ${own.version}.`)
  }
  const found = differences([first.spec, own.spec]).filter(({ path }) => !MAY_DIFFER.includes(path[0]!))
  if (found.length > 0) {
    const lines = found.map((one) => differenceLine(one, ['on the first host', 'here']))
    throw new UserError([`The spec differs from that of the first host (${address}):`, ...lines].join('\n'))
  }
  if (own.data !== first.data) {
    throw new UserError(`The data differ from those of the first host (${address}): all hosts must read the same.`)
  }
  return { ...work, pauseAfter: first.pauseAfter }
}

/** Fields that may differ: data are compared by what was read, and the first host alone writes and judges. */
const MAY_DIFFER: readonly string[] = [...HARMLESS, 'data', 'callbacks']
