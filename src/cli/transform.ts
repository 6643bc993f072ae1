/** `train transform RUN [DATA]`: writes the hidden units of a trained RBM as features for another program. */
import { join } from 'node:path'
import { UserError } from '../base/issue.js'
import { formatShape, type Shape } from '../base/shape.js'
import { arrayFormatOf } from '../export/write-array.js'
import { readTrainedRbm } from '../run/trained-rbm.js'
import { type SampleStream, samplesIn, samplesOf, writeFeatures, writeLabels } from '../run/transform.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { interruptible } from './interrupt.js'
import type { Io } from './io.js'
import { type OverrideOptions, overridesOf } from './overrides.js'
import { checkFilePlace, ownFiles } from './places.js'
import { engineFor, loadDataset } from './prepare.js'
import { withSpinner } from './spinner.js'
import { watchingData } from './watch-data.js'

export interface TransformOptions extends OverrideOptions {
  readonly out: string | undefined
}

/** Prints the paths and shapes of the written files to standard output. */
export async function transformRun(
  directory: string,
  data: string | undefined,
  options: TransformOptions,
  io: Io,
): Promise<ExitCode> {
  const { out = join(directory, 'features.npy') } = options
  if (arrayFormatOf(out) === undefined) throw new UserError(`--out: found "${out}", must end in .npy or .csv`)
  const inputs = [...ownFiles(directory), ...(data === undefined ? [] : [{ name: 'the data', at: data }])]
  const outputs = data === undefined ? PARTS.flatMap((part) => [featuresPath(out, part), labelsPath(out, part)]) : [out]
  for (const path of outputs) await checkFilePlace(options.out === undefined ? 'features' : '--out', path, inputs)
  const trained = await watchingData(io, (watch) =>
    readTrainedRbm(directory, 'transform', overridesOf(options), io.stdin, watch),
  )
  const given = data === undefined ? undefined : await samplesIn(data, trained)
  return interruptible(io, async (signal) => {
    const { spec } = trained
    const engine = await engineFor({ spec, form: trained.data.form }, { quiet: false, logs: false }, io)
    const print = (path: string, shape: Shape) => io.stdout.write(`${path} ${formatShape(shape)}\n`)
    const transformed = (path: string, samples: SampleStream) =>
      withSpinner('Transforming', io, (progress) => writeFeatures({ trained, engine, samples, path, signal, progress }))
    if (given) {
      print(out, await transformed(out, given))
      return EXIT.done
    }
    const loaded = await loadDataset(trained.data, { quiet: false }, io)
    const { train, validation, test } = loaded
    const tables = { train: [train, validation], test: [test] }
    for (const part of PARTS) {
      if (tables[part].every(({ count }) => count === 0)) continue
      const [path, labels] = [featuresPath(out, part), labelsPath(out, part)]
      print(path, await transformed(path, samplesOf(loaded, tables[part])))
      const shape = await writeLabels(labels, loaded, tables[part])
      if (shape) print(labels, shape)
    }
    return EXIT.done
  })
}

const PARTS = ['train', 'test'] as const

const featuresPath = (out: string, part: string): string => beforeEnding(out, `-${part}`)
const labelsPath = (out: string, part: string): string => beforeEnding(out, `-${part}-labels`)

/** Inserts text before the extension: `features.npy` and `-test` give `features-test.npy`. */
const beforeEnding = (path: string, text: string): string => `${path.slice(0, -4)}${text}${path.slice(-4)}`
