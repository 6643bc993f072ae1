/** Stops at the end of the batch in which the time is up. */
import { type Callback, IDLE } from './callback.js'

/** `now` returns milliseconds. */
export function timeBudget({ seconds }: { readonly seconds: number }, now: () => number): Callback {
  let end = Number.POSITIVE_INFINITY
  return {
    ...IDLE,
    onBegin() {
      end = now() + 1000 * seconds
      return []
    },
    onBatchEnd: () => (now() >= end ? [{ type: 'stop', reason: 'time_budget' }] : []),
  }
}
