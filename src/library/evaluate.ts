/** Measures a trained model. Its work is loaded when it begins. */
import type { TrainedModel } from '../run/open-model.js'
import type { Evaluated, EvaluateOptions } from './evaluate-model.js'
import type { Paths } from './paths.js'

/**
 * Measures the loss and the metrics of a model, which is a trained one or the folder of a run: on the test rows of its
 * spec, or on those of a source that has the targets too. Throws a UserError for data that the model cannot be measured on.
 */
export async function evaluate(
  model: TrainedModel | string,
  data?: Paths,
  options: EvaluateOptions = {},
): Promise<Evaluated> {
  const [{ evaluateModel }, { withUserErrors }] = await Promise.all([
    import('./evaluate-model.js'),
    import('./user-error.js'),
  ])
  return withUserErrors(() => evaluateModel(model, data, options))
}
