/** The work of `predict`: opens the rows, computes the answers, and frees everything at the end. */

import type { OpenRows } from '../data/own/new-rows.js'
import { UNWATCHED } from '../data/watch.js'
import type { TrainedModel } from '../run/open-model.js'
import { predictions } from '../run/predict.js'
import { openPredictor } from '../run/predictor.js'
import { type AnswerPiece, pieceOf } from './answers.js'
import { type GivenData, isRows, pathsOf } from './data-input.js'
import { type EngineOptions, engineFor, modelOf } from './model-input.js'

export interface PredictOptions extends EngineOptions {
  /** Name of a layer or of an output. Its output alone is computed. */
  readonly output?: string | undefined
  /** Columns of the data that the answers repeat, as text. */
  readonly keep?: readonly string[] | undefined
  /** Treatment of a row that cannot be prepared: `stop`, the default, throws a UserError; with `skip` its answer is empty. */
  readonly onError?: 'stop' | 'skip' | undefined
  /** Hears of files that are left out. */
  readonly onNote?: ((text: string) => void) | undefined
  /** Ends the work when it is aborted. */
  readonly signal?: AbortSignal | undefined
}

export async function* predictRows(
  given: TrainedModel | string,
  data: GivenData,
  options: PredictOptions,
): AsyncGenerator<AnswerPiece, void> {
  const { output, onError = 'stop', signal = UNWATCHED.signal } = options
  signal.throwIfAborted()
  const trained = await modelOf(given)
  const rows = await openRows(trained, data, options)
  if (!rows) return
  try {
    const engine = await engineFor(trained, options)
    signal.throwIfAborted()
    const predictor = await openPredictor({ trained, fields: rows.fields, engine, output })
    try {
      const skipOption = 'onError: "skip"'
      let from = 0
      for await (const some of predictions({ rows, predictor, skip: onError === 'skip', skipOption, signal })) {
        yield pieceOf(some, predictor.answers, from)
        from += some.rows.count
      }
    } finally {
      await predictor.dispose()
    }
  } finally {
    rows.close()
  }
}

/** Returns null if there are no rows. */
async function openRows(
  { spec, preparation }: TrainedModel,
  data: GivenData,
  { keep = [], onError, onNote = () => {}, signal = UNWATCHED.signal }: PredictOptions,
): Promise<OpenRows | null> {
  const watch = { ...UNWATCHED, signal }
  const request = { data: spec.data, preparation, seed: spec.seed, keep, noted: onNote, watch }
  if (isRows(data)) return (await import('../data/open-given.js')).openGivenRows({ ...request, rows: data })
  const { openNew } = await import('../data/open-new.js')
  return openNew({ ...request, given: pathsOf(data), stream: NO_STREAM, cellByCell: onError === 'skip' })
}

const NO_STREAM: AsyncIterable<Uint8Array> = { async *[Symbol.asyncIterator]() {} }
