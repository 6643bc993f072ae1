/** The callbacks of a run, with their states: each sees an event after the actions of the one before it. */
import type { Json } from '../../base/json.js'
import type { BatchEndEvent, BestEpoch, EpochEndEvent } from '../events.js'
import type { Action, Answer, Callback, Standing } from './callback.js'

export type Act = (actions: readonly Action[]) => Promise<void>

export class CallbackChain {
  #states: readonly Json[]
  /** True if a callback looks at each batch. */
  readonly looksAtBatches: boolean

  constructor(
    private readonly callbacks: readonly Callback[],
    private readonly act: Act,
    states: readonly Json[] = callbacks.map(({ initial }) => initial),
  ) {
    this.#states = states
    this.looksAtBatches = callbacks.some(({ onBatchEnd }) => onBatchEnd)
  }

  get states(): readonly Json[] {
    return this.#states
  }

  async begin(keys: readonly string[]): Promise<void> {
    for (const { onBegin } of this.callbacks) await this.act(onBegin?.(keys) ?? [])
  }

  async epochBegin(epoch: number): Promise<void> {
    for (const { onEpochBegin } of this.callbacks) await this.act(onEpochBegin?.(epoch) ?? [])
  }

  batchEnd(event: BatchEndEvent, standing: () => Standing): Promise<void> {
    return this.#answer(({ onBatchEnd }, state) => onBatchEnd?.(state, event, standing()))
  }

  epochEnd(event: EpochEndEvent, standing: () => Standing): Promise<void> {
    return this.#answer(({ onEpochEnd }, state) => onEpochEnd?.(state, event, standing()))
  }

  async end(): Promise<void> {
    for (const [index, { onEnd }] of this.callbacks.entries()) await this.act(onEnd?.(this.#states[index]!) ?? [])
  }

  /** The best epoch by the measure of the first callback that has one. */
  best(): BestEpoch | null {
    const all = this.callbacks.map(({ best }, index) => best?.(this.#states[index]!) ?? null)
    return all.find((one) => one !== null) ?? null
  }

  /** The least of all callbacks; null if none stops training at an epoch. */
  earliestStop(epoch: number): number | null {
    const all = this.callbacks.flatMap(({ earliestStop }, index) => earliestStop?.(this.#states[index]!, epoch) ?? [])
    return all.length > 0 ? Math.min(...all) : null
  }

  async #answer(ask: (callback: Callback, state: Json) => Answer<Json> | undefined): Promise<void> {
    for (const [index, callback] of this.callbacks.entries()) {
      const answer = ask(callback, this.#states[index]!)
      if (answer === undefined) continue
      this.#states = this.#states.with(index, answer.state)
      await this.act(answer.actions)
    }
  }
}
