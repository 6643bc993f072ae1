/** Callbacks of a spec, driven by hand. */

import type { Json } from '../../src/base/json.js'
import { callbacksSchema } from '../../src/spec/callbacks.js'
import type { CallbackSpec } from '../../src/spec/spec.js'
import type { Action, Answer, Callback, Standing } from '../../src/training/callbacks/callback.js'
import { buildCallbacks } from '../../src/training/callbacks/registry.js'
import type { BatchEndEvent, BestEpoch, EpochEndEvent, Metrics } from '../../src/training/events.js'

/** Callbacks as a session builds them, with defaults. For keys with `acc` in them, larger is better. */
export const callbacksOf = (specs: readonly (object | string)[]): Callback[] =>
  buildCallbacks(callbacksSchema.parse(specs) as CallbackSpec[], {
    epochs: 10,
    betterOf: (monitor) => (monitor.includes('acc') ? 'max' : 'min'),
  })

/** The only one. */
export const callbackOf = (spec: object): Callback => callbacksOf([spec])[0]!

/** A callback that remembers nothing, of functions that return actions. */
export const acting = ({
  onEpochEnd = () => [],
  ...rest
}: Pick<Callback, 'onEnd' | 'best'> & {
  onEpochEnd?(event: EpochEndEvent, standing: Standing): readonly Action[]
}): Callback => ({
  initial: null,
  onEpochEnd: (state, event, standing) => ({ state, actions: onEpochEnd(event, standing) }),
  ...rest,
})

/** Plays events to a callback by hand, and keeps its state. */
export class Player {
  #state: Json

  constructor(
    readonly callback: Callback,
    private readonly keys: readonly string[] = [],
  ) {
    this.#state = callback.initial
  }

  begin = (): readonly Action[] => this.callback.onBegin?.(this.keys) ?? []

  batchEnd = (event: BatchEndEvent): readonly Action[] =>
    this.#take(this.callback.onBatchEnd?.(this.#state, event, this.#standing()))

  epochEnd = (event: EpochEndEvent, updates = event.epoch): readonly Action[] =>
    this.#take(this.callback.onEpochEnd?.(this.#state, event, this.#standing(event.learningRate, updates)))

  end = (): readonly Action[] => this.callback.onEnd?.(this.#state) ?? []

  earliestStop = (epoch: number): number | undefined => this.callback.earliestStop?.(this.#state, epoch)

  best = (): BestEpoch | null => this.callback.best?.(this.#state) ?? null

  /** The state is copied, as when it is saved. */
  #take(answer: Answer<Json> | undefined): readonly Action[] {
    if (answer === undefined) return []
    this.#state = structuredClone(answer.state)
    return answer.actions
  }

  #standing = (learningRate = 0, updates = 0): Standing => ({
    learningRate,
    updates,
    keys: this.keys,
    elapsed: () => 0,
  })
}

export const playerOf = (spec: object): Player => new Player(callbackOf(spec))

export const epochEnd = (epoch: number, metrics: Metrics, learningRate = 0.1): EpochEndEvent => ({
  type: 'epochEnd',
  epoch,
  metrics,
  learningRate,
  seconds: 1,
})

export const batchEnd = (epoch: number, step: number, metrics: Metrics): BatchEndEvent => ({
  type: 'batchEnd',
  epoch,
  step,
  samples: step,
  metrics,
})
