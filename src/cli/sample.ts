/** `train sample RUN`: draws from a trained RBM by Gibbs sampling. */
import { join } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.js'
import { inWords } from '../base/file-problem.js'
import { soleInput, soleInputKey } from '../base/form.js'
import { UserError } from '../base/issue.js'
import { rowsOf } from '../base/shape.js'
import { maskOf } from '../data/mask.js'
import { ONCE } from '../data/steps/binary-draws.js'
import { readRows } from '../data/table.js'
import { checkEmpty, createNumbered } from '../export/run-directory.js'
import { writeArray } from '../export/write-array.js'
import type { Image } from '../report/image.js'
import { pngOf } from '../report/png.js'
import { beside, sampleTiles } from '../report/rbm-pictures.js'
import { tileShape } from '../report/tiles.js'
import { runChains, type Sampled } from '../run/chains.js'
import { readTrainedRbm, type TrainedRbm } from '../run/trained-rbm.js'
import { clamped, clampedLabels } from './clamp.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { interruptible } from './interrupt.js'
import type { Io } from './io.js'
import { type OverrideOptions, overridesOf } from './overrides.js'
import { engineFor, loadDataset } from './prepare.js'
import { withSpinner } from './spinner.js'
import { watchingData } from './watch-data.js'

/** Limit on the units of all chains together. Several arrays of this size are held in memory. */
const MOST_UNITS = 100e6
const SAMPLES = 'samples'
/** Limit on the chains that the picture shows. */
const MOST_SHOWN = 1000

export interface SampleOptions extends OverrideOptions {
  readonly out: string | undefined
  readonly steps: number
  readonly samples: number
  readonly start: 'noise' | 'data'
  readonly inpaint: string | undefined
  readonly clamp: string | undefined
}

/** Prints the paths of the written files to standard output. */
export async function sampleRun(directory: string, options: SampleOptions, io: Io): Promise<ExitCode> {
  const { samples: chains, steps, out, inpaint, clamp, start } = options
  if (inpaint !== undefined && clamp !== undefined) throw new UserError('--inpaint and --clamp cannot be used together')
  if (inpaint !== undefined && start === 'data') {
    throw new UserError(
      '--start data cannot be used with --inpaint: chains would start from the part that is to be filled in',
    )
  }
  const labels = clamp === undefined ? undefined : clampedLabels(clamp)
  if (out !== undefined) await checkEmpty(out)
  const trained = await watchingData(io, (watch) =>
    readTrainedRbm(directory, 'sample', overridesOf(options), io.stdin, watch),
  )
  const { spec, weights, sampleShape } = trained
  const most = Math.floor(MOST_UNITS / (trained.rbm.visibleUnits + trained.rbm.hiddenUnits))
  if (chains > most) throw new UserError(`--samples: found "${chains}", must be at most ${most} to fit into memory`)
  const rbm = labels === undefined ? trained.rbm : clamped(trained, labels, chains)
  const mask = inpaint === undefined ? undefined : await maskOf(inpaint, sampleShape)
  return interruptible(io, async (signal, interrupt) => {
    const engine = await engineFor({ spec, form: trained.data.form }, { quiet: false, logs: false }, io)
    const isGiven = mask !== undefined || start === 'data'
    const given = isGiven ? await testRows(trained, chains, io) : undefined
    const drawn = await withSpinner('Sampling', io, (progress) =>
      runChains({
        engine,
        rbm,
        weights,
        chains,
        steps,
        seed: spec.seed,
        signal,
        progress,
        ...(mask ? { held: { mask: mask.map((fill) => 1 - fill), values: given! } } : { from: given }),
      }),
    )
    const picture = pictureOf(trained, drawn, mask && { mask, given: given! })
    const write = (folder: string) =>
      inWords('write the samples', () => writeSamples(folder, picture, drawn, [chains, rbm.visibleUnits]))
    const folder = await interrupt.saving(() => createNumbered(join(directory, SAMPLES), out, write))
    io.stdout.write(`${[...FILES, PICTURE].map((file) => join(folder, file)).join('\n')}\n`)
    return EXIT.done
  })
}

const PICTURE = 'samples.png'
const FILES = ['samples.npy', 'probabilities.npy'] as const

async function writeSamples(folder: string, picture: Image, { visible, mean }: Sampled, shape: [number, number]) {
  await writeArray(join(folder, FILES[0]), shape, visible)
  await writeArray(join(folder, FILES[1]), shape, mean)
  await writeFileAtomic(join(folder, PICTURE), pngOf(picture))
}

/**
 * Draws the probabilities, which look smoother than samples. With inpainting, in three columns: original, hole,
 * result.
 */
function pictureOf(
  { rbm, sampleShape }: TrainedRbm,
  { mean }: Sampled,
  inpainted: { readonly mask: Float32Array; readonly given: Float32Array } | undefined,
): Image {
  const tile = tileShape(sampleShape)
  const shown = (values: Float32Array) => rowsOf(values.subarray(0, MOST_SHOWN * rbm.visibleUnits), rbm.visibleUnits)
  const means = shown(mean)
  if (inpainted === undefined) return sampleTiles(means, tile)
  const { mask, given } = inpainted
  const originals = shown(given)
  const holed = originals.map((row) => row.map((value, at) => (mask[at] === 1 ? HOLE : value)))
  return beside([originals, holed, means], means.length, tile)
}

const HOLE = 0.5

/** Returns the first samples of the test set, scaled as the RBM sees them. */
async function testRows({ data }: TrainedRbm, count: number, io: Io): Promise<Float32Array> {
  const { test, form } = await loadDataset(data, { quiet: false }, io)
  if (count > test.count) {
    throw new UserError(`--samples: found "${count}", must be at most the ${test.count} test samples of ${form.name}`)
  }
  const { divisor } = soleInput(form)
  const values = readRows(test, 0, count, ONCE)[soleInputKey(form)]!
  return Float32Array.from(values, (value) => value / divisor)
}
