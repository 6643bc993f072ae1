/** What hosts that train a run together agree on. */
import { deserialize, serialize } from 'node:v8'
import { UserError } from '../base/issue.js'
import type { Group, Sharing } from '../engine/group.js'
import { PROGRAMS_OF_ONE_HOST } from '../program/learning-programs.js'
import { PERSISTENT } from '../spec/rbm.js'
import { isStacked, isSupervised, type ResolvedSpec } from '../spec/spec.js'
import { dataKey } from './data-key.js'
import { differences } from './differences.js'
import { differenceLine, HARMLESS } from './open-resume.js'
import { hasFolds } from './train-folds.js'
import { ownVersion } from './versions.js'
import type { Work } from './work.js'

/** Gives every host what the first one computes. Every host must call it, and in the same order. */
export async function ofFirstHost<Value>(group: Group | undefined, compute: () => Promise<Value>): Promise<Value> {
  if (!group) return compute()
  let own: { readonly value: Value } | undefined
  const bytes = await group.fromFirst(async () => {
    own = { value: await compute() }
    return serialize(own.value)
  })
  return own ? own.value : (deserialize(bytes) as Value)
}

/** True if this process writes the results: it trains alone, or is the first of a group. */
export const isFirstHost = (group: Group | undefined): boolean => group === undefined || group.rank === 0

/** Throws a UserError if hosts cannot share the batches of a spec. */
export function refuseForHosts(spec: ResolvedSpec): void {
  if (hasFolds(spec)) {
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

/** The end of training, on which hosts agree: all end after the same step, and see the time of the first one. */
export class Agreement {
  readonly #ended = new AbortController()
  #milliseconds = 0
  #own: Own = { ending: new AbortController().signal, elapsed: () => 0 }

  constructor(private readonly group: Group) {}

  /** Aborted on all hosts after the same step, because one of them was asked to end. */
  readonly signal: AbortSignal = this.#ended.signal

  /** Milliseconds of training on the first host, as of the last step. */
  readonly elapsed = (): number => this.#milliseconds

  readonly sharing: Sharing = {
    isShared: (program) => !PROGRAMS_OF_ONE_HOST.includes(program),
    news: {
      count: 2,
      give: () => {
        const { ending, elapsed } = this.#own
        return [ending.aborted ? 1 : 0, isFirstHost(this.group) ? elapsed() : 0]
      },
      take: ([asked = 0, milliseconds = 0]) => {
        this.#milliseconds = milliseconds
        if (asked > 0) this.#ended.abort(new Error('a host was asked to end'))
      },
    },
  }

  /** Sets what this host contributes. */
  begin(own: Own): void {
    this.#own = own
    this.#milliseconds = own.elapsed()
  }
}

interface Own {
  /** Aborted when this host is asked to end. */
  readonly ending: AbortSignal
  readonly elapsed: () => number
}
