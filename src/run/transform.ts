/** Writes the hidden probabilities of a trained RBM, for samples of its data set or of a file, as an array. */
import { labelsKey, soleInput } from '../base/form.js'
import { UserError } from '../base/issue.js'
import type { Progress } from '../base/progress.js'
import { formatShape, type Shape, sizeOf } from '../base/shape.js'
import { batches } from '../data/batches.js'
import type { Data } from '../data/data.js'
import { placeIn, readArrayFile } from '../data/read-array.js'
import { storedRows, type Table } from '../data/table.js'
import type { Batch, Engine } from '../engine/engine.js'
import { openArrayFile, writeArray } from '../export/write-array.js'
import { featuresProgram } from '../program/mirror.js'
import type { BatchInput } from '../program/program.js'
import { soleSamples } from '../program/samples.js'
import type { TrainedRbm } from './trained-rbm.js'

const BATCH_SIZE = 1000

/** A stream of samples, in batches. */
export interface SampleStream {
  readonly count: number
  readonly batches: AsyncIterable<Batch>
  readonly x: BatchInput
}

/** The rows of tables, one table after another. */
export const samplesOf = ({ form }: Data, tables: readonly Table[]): SampleStream => ({
  count: countOf(tables),
  batches: inTurn(tables),
  x: soleSamples(form),
})

async function* inTurn(tables: readonly Table[]): AsyncGenerator<Batch> {
  for (const table of tables) yield* batches(table, { batchSize: BATCH_SIZE })
}

const countOf = (tables: readonly Table[]): number => tables.reduce((sum, { count }) => sum + count, 0)

/** Reads samples from a file, one per row. Throws a UserError if they do not fit the model. */
export async function samplesIn(path: string, { rbm, data: { form } }: TrainedRbm): Promise<SampleStream> {
  const given = await readArrayFile(path)
  const { shape, values } = given
  const width = values.length / (shape[0] ?? 1)
  if (width !== rbm.visibleUnits) {
    throw new UserError(
      `${path}: has shape ${formatShape(shape)}, but each row must have ${rbm.visibleUnits} values, one for each visible unit`,
    )
  }
  if (soleInput(form).values !== 'real') {
    const odd = values.findIndex((value) => !(value >= 0 && value <= 1))
    if (odd >= 0) {
      throw new UserError(
        `${path}: ${placeIn(given, odd)} holds ${values[odd]}, but the model was trained on values from 0 to 1`,
      )
    }
  }
  const x = { ...soleSamples(form), divisor: 1 }
  return { count: values.length / width, batches: inBatches(values, x.name, width), x }
}

async function* inBatches(rows: Float32Array, key: string, width: number): AsyncGenerator<Batch> {
  const step = BATCH_SIZE * width
  for (let at = 0; at < rows.length; at += step) {
    const some = rows.subarray(at, at + step)
    yield { size: some.length / width, arrays: { [key]: some } }
  }
}

export interface FeaturesOptions {
  readonly trained: TrainedRbm
  readonly engine: Engine
  readonly samples: SampleStream
  /** Path of the file to write; its extension chooses the format. */
  readonly path: string
  readonly signal: AbortSignal
  readonly progress: Progress
}

/**
 * Writes a row for each sample. Returns the shape, (samples, hidden units). Throws the reason of `signal` when
 * aborted.
 */
export async function writeFeatures({ trained, engine, samples, path, signal, progress }: FeaturesOptions) {
  const { rbm, weights, spec } = trained
  const { count, x } = samples
  const shape: Shape = [count, rbm.hiddenUnits]
  const programs = { features: featuresProgram({ rbm, weights, x }) }
  const runner = await engine.load(programs, { seed: spec.seed, batchSize: BATCH_SIZE })
  try {
    const file = await openArrayFile(path, shape)
    try {
      let done = 0
      for await (const batch of samples.batches) {
        signal.throwIfAborted()
        await file.append((await runner.run('features', batch, {})).hidden!)
        done += batch.size
        progress(done, count)
      }
      await file.finish()
    } finally {
      await file.discard()
    }
  } finally {
    await runner.dispose()
  }
  return shape
}

/**
 * Writes the only target of each sample, a class number or numbers. Returns the shape, (samples, ...); null if the data
 * have no target, or several.
 */
export async function writeLabels(path: string, { form }: Data, tables: readonly Table[]): Promise<Shape | null> {
  const [target, ...others] = Object.values(form.targets)
  if (!target || others.length > 0) return null
  const shape = [countOf(tables), ...target.shape]
  const labels = new Float32Array(sizeOf(shape))
  let at = 0
  for (const table of tables) {
    for (const values of storedRows(table, labelsKey(form))) {
      for (const stored of values) labels[at++] = stored / target.divisor
    }
  }
  await writeArray(path, shape, labels)
  return shape
}
