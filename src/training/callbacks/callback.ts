/** What a callback is: it sees events and answers with actions as data; only the loop acts. */
import type { BestEpoch, EpochEndEvent } from '../events.js'

export type Action =
  /** Remember the weights as they are now. */
  | { readonly type: 'keepWeights' }
  /** Put the remembered weights back. */
  | { readonly type: 'restoreWeights' }
  | { readonly type: 'stop'; readonly reason: 'early_stopping' }

export interface Callback {
  onEpochEnd(event: EpochEndEvent): readonly Action[]
  /** Training is over, for whatever reason. */
  onEnd(): readonly Action[]
  /** The best epoch by this callback's measure, where it has one. */
  best?(): BestEpoch | null
}
