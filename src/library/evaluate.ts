/** Measures a trained model. Its work is loaded when it begins. */
import type { TrainedModel } from '../run/open-model.js'
import type { GivenData } from './data-input.js'
import type { Evaluated, EvaluateOptions } from './evaluate-model.js'

/**
 * Measures the loss and the metrics of a model, which is a trained one or the folder of a run: on the test rows of its
 * spec, or on rows that have the targets too. Throws a UserError for data that the model cannot be measured on.
 */
export async function evaluate(
  model: TrainedModel | string,
  data?: GivenData,
  options: EvaluateOptions = {},
): Promise<Evaluated> {
  const [{ evaluateModel }, { withUserErrors }] = await Promise.all([
    import('./evaluate-model.js'),
    import('./user-error.js'),
  ])
  return withUserErrors(() => evaluateModel(model, data, options))
}
