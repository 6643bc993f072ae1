/** A trained model that answers rows in memory. */
import type { Field, Named } from '../base/field.js'
import { REQUEST, type RequestReader, requestReader } from '../data/requests/reader.js'
import type { RequestRows } from '../data/requests/rows.js'
import type { Engine } from '../engine/engine.js'
import type { PredictionColumn, PredictionRows } from '../export/predictions/rows.js'
import type { AnswerForm } from '../run/answers.js'
import type { TrainedModel } from '../run/open-model.js'
import { expectTable, predictionColumns, predictions } from '../run/predict.js'
import { openPredictor, type Predictor } from '../run/predictor.js'
import { batchSizes } from './batch-sizes.js'
import { Batcher } from './batcher.js'

export interface Service {
  readonly reader: RequestReader
  readonly answers: readonly AnswerForm[]
  /** The columns of an answer. */
  readonly columns: readonly PredictionColumn[]
  /** True if answers are those of `train predict`, bit for bit. */
  readonly areExact: boolean
  /** Answers rows in their order. Throws what `RequestReader.pieces` throws. */
  answer(rows: RequestRows, signal: AbortSignal): AsyncGenerator<PredictionRows>
  dispose(): Promise<void>
}

export interface ServiceOptions {
  readonly trained: TrainedModel
  readonly engine: Engine
  /** Name of a layer, or of an output, whose output alone is computed. */
  readonly output: string | undefined
  warn(text: string): void
}

/** Throws a UserError for a model that cannot answer rows in memory, or not as a table. */
export async function openService({ trained, engine, output, warn }: ServiceOptions): Promise<Service> {
  const { spec, preparation } = trained
  const reader = requestReader({ data: spec.data, preparation, seed: spec.seed })
  const predictor = await openPredictor({ trained, fields: reader.fields, engine, output, warn })
  expectTable(predictor.answers, () => '"--output LAYER" serves another output')
  const { sizes, areExact } = await batchSizes(predictor, reader.fields)
  const batched = batchedPredictor(predictor, reader.fields, sizes)
  return {
    reader,
    answers: predictor.answers,
    columns: predictionColumns(reader.kept, predictor.answers),
    areExact,
    async *answer(rows, signal) {
      const open = { name: REQUEST, fields: reader.fields, count: rows.count, close() {} }
      const given = { ...open, pieces: () => reader.pieces(rows) }
      for await (const some of predictions({ rows: given, predictor: batched, skip: false, skipOption: '', signal }))
        yield some.rows
    },
    dispose: () => predictor.dispose(),
  }
}

function batchedPredictor(predictor: Predictor, fields: Named<Field>, sizes: readonly number[]): Predictor {
  const batcher = new Batcher(predictor, fields, sizes)
  return { ...predictor, predict: (arrays, count) => batcher.predict(arrays, count) }
}
