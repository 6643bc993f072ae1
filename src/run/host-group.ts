/** A run that several hosts train together. */
import { deserialize, serialize } from 'node:v8'
import type { Group, News } from '../engine/group.js'

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

  readonly news: News = {
    count: 2,
    give: () => {
      const { ending, elapsed } = this.#own
      return [ending.aborted ? 1 : 0, isFirstHost(this.group) ? elapsed() : 0]
    },
    take: ([asked = 0, milliseconds = 0]) => {
      this.#milliseconds = milliseconds
      if (asked > 0) this.#ended.abort(new Error('a host was asked to end'))
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
