/** `train find-lr SPEC`: which learning rate a spec wants. What is trained meanwhile is thrown away. */
import { join } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.js'
import { inWords } from '../base/file-problem.js'
import { UserError } from '../base/issue.js'
import type { Batch } from '../engine/engine.js'
import type { FindLrReport } from '../export/find-lr-report.js'
import { NOTHING_TRAINED } from '../model/warnings.js'
import { findLrLines, formatRate } from '../report/find-lr.js'
import { lrCurve } from '../report/lr-curve.js'
import { requireSpec } from '../run/read-spec.js'
import type { Session } from '../run/session.js'
import { ownVersion } from '../run/versions.js'
import { DEFAULT_OPTIMIZER } from '../spec/rbm.js'
import { isStacked, isSupervised, isUnsupervised, type StageSpec } from '../spec/spec.js'
import { type FindEnd, suggest, type Trial, trials } from '../training/find-lr.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { interruptible } from './interrupt.js'
import { type Io, say } from './io.js'
import { type OverrideOptions, overridesOf } from './overrides.js'
import { checkRunPlaces, type PlaceOptions } from './places.js'
import { prepare } from './prepare.js'
import { type ReportOptions, writeReport } from './report.js'
import { createFolder } from './results.js'
import { withSpinner } from './spinner.js'
import { showWarnings } from './warnings.js'

/** Fewer leave no curve between the first tenth and the last five. */
const FEWEST_STEPS = 20

export interface FindLrOptions extends OverrideOptions, PlaceOptions, ReportOptions {
  readonly steps: number
}

/** Standard output gets the suggestion; a folder as of a run gets the curve. */
export async function findLearningRate(file: string, options: FindLrOptions, io: Io): Promise<ExitCode> {
  const { steps } = options
  if (steps < FEWEST_STEPS) throw new UserError(`--steps: found "${steps}", must be at least ${FEWEST_STEPS} here`)
  const { spec, warnings } = await requireSpec(file, overridesOf(options), io.stdin)
  const idle = warnings.filter(({ code }) => code === NOTHING_TRAINED)
  if (idle.length > 0) throw new UserError('find-lr looks for a rate at which weights learn, and none does.', idle)
  showWarnings(warnings, io)
  if (isStacked(spec)) {
    throw new UserError(
      'find-lr begins at first weights that are drawn, but a DBN is fine-tuned from those of its RBMs. Try rates by `train`; 0.001 is a good one to begin with for Adam.',
    )
  }
  if (isUnsupervised(spec) && spec.training.algorithm !== 'exact') {
    const { algorithm } = spec.training
    throw new UserError(
      `find-lr follows the loss, which of an RBM with "${algorithm}" does not say how well it learns. Try rates by \`train\` with the metric "pseudo_likelihood" or "reconstruction_error"; 0.05 is a good one to begin with, 0.01 for "pcd".`,
    )
  }
  // callbacks have no part in it
  await checkRunPlaces({ ...spec, callbacks: [] }, file, options)
  return interruptible(io, async (signal, interrupt) => {
    const { engine, session } = await prepare(spec, { quiet: options.json === true, logs: false }, io)
    try {
      const { found, end } = await withSpinner('Trying learning rates', io, () => tryRates(session, steps, signal))
      if (found.length === 0) {
        say(io, 'The loss is NaN or infinite at the first step, before any update.')
        return EXIT.diverged
      }
      const { why, valley, steepest } = suggest(found, steps)
      const directory = await createFolder(spec, options)
      const report: FindLrReport = {
        version: 1,
        name: spec.name,
        trainspec: ownVersion(),
        engine: engine.name,
        device: engine.device,
        batch_size: session.training.batchSize * (spec.optimizer.gradient_accumulation_steps ?? 1),
        steps,
        end,
        why,
        suggestion: valley,
        steepest,
        learning_rate: found.map(({ learningRate }) => learningRate),
        loss: found.map(({ loss }) => loss),
        smoothed_loss: found.map(({ smoothedLoss }) => smoothedLoss),
        picture: join(directory, 'find-lr.svg'),
        command: valley === null ? null : commandWith(valley, file, spec, options),
      }
      await interrupt.saving(() =>
        inWords('write what was found', async () => {
          await writeFileAtomic(join(directory, 'find-lr.json'), `${JSON.stringify(report, null, 2)}\n`)
          await writeFileAtomic(report.picture, lrCurve(report))
        }),
      )
      const replaces = typeof spec.optimizer.learning_rate !== 'number'
      writeReport(report, () => findLrLines(report, { replaces }), options, io)
      return valley === null ? EXIT.expectationFailed : EXIT.done
    } finally {
      await session.runner.dispose()
    }
  })
}

async function tryRates(session: Session, steps: number, signal: AbortSignal) {
  const { runner, plan, lookups } = session.training
  const tests = trials({ runner, plan, lookups, batches: endless(session), steps, signal })
  const found: Trial[] = []
  for (;;) {
    const { done, value } = await tests.next()
    if (done) return { found, end: value as FindEnd }
    found.push(value as Trial)
  }
}

/** Epoch after epoch. */
async function* endless({ training }: Session): AsyncGenerator<Batch> {
  for (let epoch = 1; ; epoch++) yield* training.batches(epoch)
}

/** With what else the user has set; the type goes along where the file may have no optimizer, whose default it is. */
function commandWith(rate: number, file: string, spec: StageSpec, { set }: FindLrOptions): string {
  const { type: found } = spec.optimizer
  const type = found === (isSupervised(spec) ? 'RMSprop' : DEFAULT_OPTIMIZER) ? [`optimizer.type=${found}`] : []
  const settings = [...set, ...type, `optimizer.learning_rate=${formatRate(rate)}`]
  return ['train', file, ...settings.flatMap((setting) => ['--set', setting])].map(quoted).join(' ')
}

/** As a shell wants it. */
const quoted = (word: string): string => (/^[\w./=:@,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)
