/** `train find-lr SPEC`: suggests a learning rate for a spec. The weights that it trains are thrown away. */
import { join } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.js'
import { inWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import { jsonText } from '../base/json.js'
import { quotedWord } from '../base/shell-word.js'
import type { FindLrReport } from '../export/find-lr-report.js'
import { NOTHING_TRAINED } from '../model/warnings.js'
import { findLrLines, formatRate } from '../report/find-lr.js'
import { lrCurve } from '../report/lr-curve.js'
import { rateReport, tryRates } from '../run/find-lr.js'
import { createFolder } from '../run/results.js'
import { DEFAULT_OPTIMIZER } from '../spec/rbm.js'
import { isStacked, isSupervised, isUnsupervised, type ResolvedSpec, type StageSpec } from '../spec/spec.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { interruptible } from './interrupt.js'
import { type Io, say } from './io.js'
import type { OverrideOptions } from './overrides.js'
import { checkRunPlaces, type PlaceOptions } from './places.js'
import { prepare } from './prepare.js'
import { readWatched } from './read-watched.js'
import { type ReportOptions, writeReport } from './report.js'
import { withSpinner } from './spinner.js'
import { showStart, showWarnings } from './warnings.js'

/** With fewer steps no curve is left between the first tenth and the last five steps, which are not used. */
const FEWEST_STEPS = 20

export interface FindLrOptions extends OverrideOptions, PlaceOptions, ReportOptions {
  readonly steps: number
  readonly workers: number | undefined
}

/** Prints the suggestion to standard output, and writes the curve into a folder like that of a run. */
export async function findLearningRate(file: string, options: FindLrOptions, io: Io): Promise<ExitCode> {
  const { steps, workers } = options
  if (steps < FEWEST_STEPS) throw new UserError(`--steps: found "${steps}", must be at least ${FEWEST_STEPS}`)
  const checked = await readWatched(file, options, io)
  const { spec, start, warnings } = checked
  const idle = warnings.filter(({ code }) => code === NOTHING_TRAINED)
  if (idle.length > 0) throw new UserError('find-lr needs weights to train, but this model has none.', idle)
  showWarnings(warnings, io)
  showStart(start, io)
  checkFindable(spec)
  // callbacks do not run here
  await checkRunPlaces({ ...spec, callbacks: [] }, file, options)
  return interruptible(io, async (signal, interrupt) => {
    const { engine, session } = await prepare(checked, { quiet: options.json === true, logs: false, workers }, io)
    try {
      const tried = await withSpinner('Trying learning rates', io, () => tryRates(session, steps, signal))
      if (tried.found.length === 0) {
        say(io, 'The loss is NaN or infinite at the first step, before any update.')
        return EXIT.diverged
      }
      const found = rateReport(spec, engine, session, steps, tried)
      const { suggestion } = found
      const { directory, lock } = await createFolder(spec, options.out)
      const report: FindLrReport = {
        ...found,
        picture: join(directory, 'find-lr.svg'),
        command: suggestion === null ? null : commandWith(suggestion, file, spec, options),
      }
      await interrupt
        .saving(() =>
          inWords('write the results', async () => {
            await writeFileAtomic(join(directory, 'find-lr.json'), jsonText(report))
            await writeFileAtomic(report.picture, lrCurve(report))
          }),
        )
        .finally(() => lock.release())
      const replaces = typeof spec.optimizer.learning_rate !== 'number'
      writeReport(report, () => findLrLines(report, { replaces }), options, io)
      return suggestion === null ? EXIT.expectationFailed : EXIT.done
    } finally {
      await session.dispose()
    }
  })
}

/** Throws a UserError where the loss at some rate does not say how good the rate is. */
function checkFindable(spec: ResolvedSpec): asserts spec is StageSpec {
  if (isStacked(spec)) {
    throw new UserError(
      'find-lr starts from random weights or from those of "start", but a DBN is fine-tuned from the weights of its RBMs. Try learning rates with `train` instead; 0.001 is a good start for Adam.',
    )
  }
  if (isUnsupervised(spec) && spec.training.algorithm !== 'exact') {
    const { algorithm } = spec.training
    throw new UserError(
      `find-lr follows the loss, but the loss of an RBM with "${algorithm}" does not show how well it learns. Try learning rates with \`train\` and the metric "pseudo_likelihood" or "reconstruction_error"; a good start is 0.05, or 0.01 for "pcd".`,
    )
  }
}

/**
 * Returns the command that trains at the rate, with the user's own `--set`. It sets the type of a default optimizer
 * too, because the file may have no optimizer to change.
 */
function commandWith(rate: number, file: string, spec: StageSpec, { set }: FindLrOptions): string {
  const { type: found } = spec.optimizer
  const type = found === (isSupervised(spec) ? 'RMSprop' : DEFAULT_OPTIMIZER) ? [`optimizer.type=${found}`] : []
  const settings = [...set, ...type, `optimizer.learning_rate=${formatRate(rate)}`]
  return ['train', file, ...settings.flatMap((setting) => ['--set', setting])].map(quotedWord).join(' ')
}
