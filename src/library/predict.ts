/** Computes the answers of a trained model. Its work is loaded when it begins. */
import type { TrainedModel } from '../run/open-model.js'
import type { Answer, AnswerPiece } from './answers.js'
import type { GivenData } from './data-input.js'
import type { PredictOptions } from './predict-rows.js'

/** The answers to rows, in their order, while they are computed. */
export interface Answers extends AsyncIterable<Answer> {
  /** The same, many rows at a time, with the outputs of the model as arrays. */
  pieces(): AsyncGenerator<AnswerPiece, void>
}

/**
 * Computes the answers of a model, which is a trained one or the folder of a run. Rows are prepared as in training, and
 * need no targets. Throws a UserError for data that the model cannot take.
 */
export function predict(model: TrainedModel | string, data: GivenData, options: PredictOptions = {}): Answers {
  async function* pieces(): AsyncGenerator<AnswerPiece, void> {
    const [{ predictRows }, { yieldingUserErrors }] = await Promise.all([
      import('./predict-rows.js'),
      import('./user-error.js'),
    ])
    yield* yieldingUserErrors(() => predictRows(model, data, options))
  }
  return {
    pieces,
    async *[Symbol.asyncIterator]() {
      for await (const { answers } of pieces()) yield* answers
    },
  }
}
