/** Stops at the end of the batch in which the time is up. */
import type { Callback } from './callback.js'

export const timeBudget = ({ seconds }: { readonly seconds: number }): Callback<null> => ({
  initial: null,
  onBatchEnd: (state, _, { elapsed }) => ({
    state,
    actions: elapsed() >= 1000 * seconds ? [{ type: 'stop', reason: 'time_budget' }] : [],
  }),
})
