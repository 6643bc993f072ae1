/** `train predict RUN DATA`: writes the answers of a trained model. */
import { extname } from 'node:path'
import { openWhole } from '../base/atomic-file.js'
import { inWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { writeTo } from '../base/pipe.js'
import { openNew, pathOf } from '../data/open-new.js'
import type { OpenRows } from '../data/own/new-rows.js'
import type { Format } from '../export/predictions/formats.js'
import type { PredictionColumn, PredictionWriter, Sink } from '../export/predictions/rows.js'
import { openModel, type TrainedModel } from '../run/open-model.js'
import { expectApart, expectTable, predictionColumns, predictions } from '../run/predict.js'
import { openPredictor, type Predictor } from '../run/predictor.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { interruptible } from './interrupt.js'
import { type Io, mayRedraw, say } from './io.js'
import { type OverrideOptions, overridesOf } from './overrides.js'
import { checkFilePlace, ownFiles } from './places.js'
import { engineFor } from './prepare.js'
import { withSpinner } from './spinner.js'
import { watchingData } from './watch-data.js'

export interface PredictOptions extends Omit<OverrideOptions, 'set'> {
  readonly out: string | undefined
  readonly format: Format | undefined
  readonly keep: readonly string[]
  readonly output: string | undefined
  readonly 'on-error': 'stop' | 'skip'
}

export async function predictRun(
  directory: string,
  data: readonly string[],
  options: PredictOptions,
  io: Io,
): Promise<ExitCode> {
  const format = options.format ?? formatOf(options.out)
  const trained = await openModel(directory, overridesOf({ ...options, set: [] }))
  const { out } = options
  const keep = keptBy(options)
  const given = data.filter((one) => one !== '-').flatMap((one) => [one, pathOf(one)])
  const inputs = [...ownFiles(directory), ...given.map((at) => ({ name: 'the data', at }))]
  if (out !== undefined) await checkFilePlace('--out', out, inputs)
  else if (format === 'npy')
    throw new UserError(
      '--format npy: an array needs a file, because its header has the number of rows: give --out FILE.npy',
    )
  if (format === 'npy' && keep.length > 0) {
    throw new UserError('--keep: an array of NumPy has no columns of the data: choose another format')
  }
  return interruptible(io, async (signal) => {
    const notes: string[] = []
    const rows = await watchingData(io, (watch) =>
      openNew({
        ...{ data: trained.spec.data, preparation: trained.preparation, seed: trained.spec.seed },
        keep,
        cellByCell: options['on-error'] === 'skip',
        noted: (note) => notes.push(note),
        given: data,
        stream: io.stdin as AsyncIterable<Uint8Array>,
        watch: { ...watch, signal },
      }),
    )
    try {
      const engine = await engineFor(trained, { quiet: false, logs: false }, io)
      const predictor = await predictorFor(trained, rows, options, engine, io)
      try {
        return await write({ rows, predictor, options, format, keep, notes, signal }, io)
      } finally {
        await predictor.dispose()
      }
    } finally {
      rows.close()
    }
  })
}

const predictorFor = (
  trained: TrainedModel,
  { fields }: OpenRows,
  { output }: PredictOptions,
  engine: Parameters<typeof openPredictor>[0]['engine'],
  io: Io,
): Promise<Predictor> => openPredictor({ trained, fields, engine, output, warn: (text) => say(io, `Warning: ${text}`) })

/** The names of columns, each once. */
const keptBy = ({ keep }: PredictOptions): string[] => [...new Set(keep.flatMap((list) => list.split(',')))]

interface Writing {
  readonly rows: OpenRows
  readonly predictor: Predictor
  readonly options: PredictOptions
  readonly format: Format
  /** Columns of the data to write. */
  readonly keep: readonly string[]
  readonly notes: readonly string[]
  readonly signal: AbortSignal
}

async function write({ rows, predictor, options, format, keep, notes, signal }: Writing, io: Io): Promise<ExitCode> {
  const { answers } = predictor
  if (format === 'npy' && answers.length > 1) {
    const names = answers.map(({ name }) => name).join(', ')
    throw new UserError(`--format npy: an array has one output, but the model has ${names}: choose one by --output`)
  }
  if (format !== 'npy') {
    expectTable(answers, (name) => `"--output ${name} --format npy --out FILE.npy" writes an array`)
  }
  expectApart(keep, answers)
  const skip = options['on-error'] === 'skip'
  let writer: PredictionWriter | undefined
  let [done, skipped] = [0, 0]
  let first: { readonly row: number; readonly problem: string } | undefined
  const work = async (progress: (done: number, of: number) => void) => {
    for await (const { rows: some, kept, bad } of predictions({
      rows,
      predictor,
      skip,
      skipOption: '--on-error skip',
      signal,
    })) {
      writer ??= await writerFor(format, predictionColumns(kept, answers), predictor, options.out, io)
      await writer.append(some)
      done += some.count
      skipped += bad.length
      first ??= bad[0]
      if (rows.count !== null) progress(done, rows.count)
    }
    writer ??= await writerFor(format, predictionColumns(keep, answers), predictor, options.out, io)
    await writer.finish()
  }
  try {
    // a bar would stand between the lines of a terminal
    const isShown = options.out !== undefined || !mayRedraw(io, io.stdout)
    await (isShown ? withSpinner('Predicting', io, work) : work(() => {}))
  } catch (error) {
    // a reader that goes away, such as `head`, wants no more
    if (options.out !== undefined || (error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
  } finally {
    await writer?.discard()
  }
  for (const note of notes) say(io, note)
  if (skipped > 0) {
    const total = done.toLocaleString('en')
    say(
      io,
      `${skipped.toLocaleString('en')} of ${total} rows have no answer; the first is row ${first!.row + 1}: ${first!.problem}`,
    )
  }
  if (options.out !== undefined)
    say(io, `Wrote ${done.toLocaleString('en')} ${done === 1 ? 'row' : 'rows'}: ${options.out}`)
  return EXIT.done
}

function formatOf(out: string | undefined): Format {
  const ending = out === undefined ? '.csv' : extname(out).toLowerCase()
  const format = FORMAT_OF[ending]
  if (format === undefined) {
    throw new UserError(
      `--out: found "${out}", must end in ${Object.keys(FORMAT_OF).join(', ')}, unless --format says the format`,
    )
  }
  return format
}

const FORMAT_OF: Readonly<Record<string, Format>> = {
  '.csv': 'csv',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.npy': 'npy',
  '.parquet': 'parquet',
}

async function writerFor(
  format: Format,
  columns: readonly PredictionColumn[],
  { answers }: Predictor,
  out: string | undefined,
  io: Io,
): Promise<PredictionWriter> {
  const file = out === undefined ? null : await inWords('write the answers', () => openWhole(out))
  const sink: Sink = file ?? {
    append: (data) => writeTo(io.stdout, data),
    finish: async () => {},
    discard: async () => {},
  }
  switch (format) {
    case 'csv':
      return (await import('../export/predictions/csv.js')).csvWriter(sink, columns)
    case 'jsonl':
      return (await import('../export/predictions/json-lines.js')).jsonLinesWriter(sink, columns)
    case 'npy':
      return (await import('../export/predictions/npy.js')).npyWriter(file!, answers[0]!.shape)
    case 'parquet':
      return (await import('../export/predictions/parquet.js')).parquetWriter(sink, columns)
  }
}
