/** Trains a model. Its work is loaded when it begins. */
import type { Spec } from '../spec/spec.js'
import type { RunEvent } from './events.js'
import type { TrainOptions } from './train-spec.js'

/**
 * Trains the model of a spec, an object or the path of a JSON file, and yields what happens. The last event is `result`.
 *
 * Training pauses while an event is not taken, and ends at once, without saving, if the loop over the events is left. If
 * `signal` is aborted during training, it ends after the current step, and the model is kept; at other times the reason
 * of the signal is thrown. Throws a UserError with all problems of the spec and its data.
 */
export async function* train(spec: Spec | string, options: TrainOptions = {}): AsyncGenerator<RunEvent, void> {
  const [{ trainSpec }, { yieldingUserErrors }] = await Promise.all([
    import('./train-spec.js'),
    import('./user-error.js'),
  ])
  yield* yieldingUserErrors(() => trainSpec(spec, options))
}
