/** `train transform RUN [DATA]`: the hidden units of a trained RBM as features, for another program. */
import { join } from 'node:path'
import { UserError } from '../base/issue.js'
import type { Progress } from '../base/progress.js'
import { formatShape } from '../base/shape.js'
import { placeIn, readArrayFile } from '../data/array-file.js'
import { batches, type Samples } from '../data/dataset.js'
import { dataInfo, loadData } from '../data/registry.js'
import type { Batch, Engine, Runner } from '../engine/engine.js'
import { arrayFormatOf, openArrayFile, writeArray } from '../export/array-file.js'
import { featuresProgram } from '../program/mirror.js'
import { readTrainedRbm, type TrainedRbm } from '../run/trained-rbm.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { interruptible } from './interrupt.js'
import type { Io } from './io.js'
import { type OverrideOptions, overridesOf } from './overrides.js'
import { checkFilePlace, ownFiles } from './places.js'
import { engineFor } from './prepare.js'
import { withSpinner } from './spinner.js'

const BATCH_SIZE = 1000

export interface TransformOptions extends OverrideOptions {
  readonly out: string | undefined
}

/** Standard output gets the paths and shapes of what is written. */
export async function transform(
  directory: string,
  data: string | undefined,
  options: TransformOptions,
  io: Io,
): Promise<ExitCode> {
  const { out = join(directory, 'features.npy') } = options
  if (arrayFormatOf(out) === undefined) throw new UserError(`--out: found "${out}", must end in .npy or .csv`)
  const inputs = [...ownFiles(directory), ...(data === undefined ? [] : [{ name: 'the data', at: data }])]
  const outputs = data === undefined ? PARTS.flatMap((part) => [pathOf(out, part), labelsOf(out, part)]) : [out]
  for (const path of outputs) await checkFilePlace(options.out === undefined ? 'features' : '--out', path, inputs)
  const trained = await readTrainedRbm(directory, 'transform', overridesOf(options), io.stdin)
  const rows = data === undefined ? undefined : await givenRows(data, trained)
  return interruptible(io, async (signal) => {
    const { spec } = trained
    const engine = await engineFor(spec, { quiet: false, logs: false }, io)
    const told = (path: string, shape: readonly number[]) => io.stdout.write(`${path} ${formatShape(shape)}\n`)
    const transformed = (work: Omit<Work, 'trained' | 'engine' | 'signal' | 'progress'>) =>
      withSpinner('Transforming', io, (progress) => features({ trained, engine, signal, progress, ...work }))
    if (rows) {
      const source = { count: rows.length / trained.rbm.visibleUnits, batches: inBatches(rows, trained) }
      told(out, await transformed({ path: out, divisor: 1, ...source }))
      return EXIT.done
    }
    const dataset = await withSpinner(`Loading ${spec.data.dataset}`, io, () => loadData(spec.data, spec.seed))
    for (const part of PARTS) {
      const samples = dataset[part]
      const path = pathOf(out, part)
      const source = { count: samples.count, batches: batches(samples, { batchSize: BATCH_SIZE }) }
      told(path, await transformed({ path, divisor: dataset.info.divisor, ...source }))
      told(...(await writeLabels(labelsOf(out, part), samples)))
    }
    return EXIT.done
  })
}

interface Work {
  readonly trained: TrainedRbm
  readonly engine: Engine
  readonly path: string
  /** Samples in all. */
  readonly count: number
  readonly batches: AsyncIterable<Batch>
  readonly divisor: number
  readonly signal: AbortSignal
  readonly progress: Progress
}

/** Writes a row for each sample; gives the shape. */
async function features({ trained, engine, path, count, divisor, signal, progress, ...source }: Work) {
  const { rbm, weights, spec } = trained
  const shape = [count, rbm.hiddenUnits]
  const programs = { features: featuresProgram({ rbm, weights, divisor }) }
  const runner: Runner = await engine.load(programs, { seed: spec.seed, batchSize: BATCH_SIZE })
  try {
    const file = await openArrayFile(path, shape)
    try {
      let done = 0
      for await (const batch of source.batches) {
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

async function writeLabels(path: string, { y, count }: Samples): Promise<[path: string, shape: readonly number[]]> {
  await writeArray(path, [count], Float32Array.from(y))
  return [path, [count]]
}

/** Samples that a user gives, a row each, as the model takes them. */
async function givenRows(path: string, { rbm, spec }: TrainedRbm): Promise<Float32Array> {
  const given = await readArrayFile(path)
  const { shape, values } = given
  const width = values.length / (shape[0] ?? 1)
  if (width !== rbm.visibleUnits) {
    throw new UserError(
      `${path}: has shape ${formatShape(shape)}, must have rows of the ${rbm.visibleUnits} visible units`,
    )
  }
  if (dataInfo(spec.data).values !== 'real') {
    const odd = values.findIndex((value) => !(value >= 0 && value <= 1))
    if (odd >= 0) {
      throw new UserError(
        `${path}: ${placeIn(given, odd)} holds ${values[odd]}, but the model was trained on values from 0 to 1`,
      )
    }
  }
  return values
}

async function* inBatches(rows: Float32Array, { rbm: { visibleUnits } }: TrainedRbm): AsyncGenerator<Batch> {
  const step = BATCH_SIZE * visibleUnits
  for (let at = 0; at < rows.length; at += step) {
    const x = rows.subarray(at, at + step)
    yield { size: x.length / visibleUnits, arrays: { x } }
  }
}

const PARTS = ['train', 'test'] as const

const pathOf = (out: string, part: string): string => beforeEnding(out, `-${part}`)
const labelsOf = (out: string, part: string): string => beforeEnding(out, `-${part}-labels`)

/** `features.npy` and `-test`: `features-test.npy` */
const beforeEnding = (path: string, text: string): string => `${path.slice(0, -4)}${text}${path.slice(-4)}`
