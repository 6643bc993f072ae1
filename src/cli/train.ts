/** `train SPEC`: reads the spec, loads the data, compiles, trains, tests, and writes the results into a folder. */
import { warnOfRanges } from '../data/augment/check-range.js'
import { warnOfSplit } from '../data/check-split.js'
import { learnsLabels } from '../run/learner.js'
import { stagesOf } from '../run/stages.js'
import type { IssueDraft } from '../spec/document.js'
import type { ResolvedSpec } from '../spec/spec.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { listenForInterrupt } from './interrupt.js'
import { createVoice, type Io, say } from './io.js'
import { checkRunPlaces } from './places.js'
import { type Opened, openSpec } from './prepare.js'
import { readWatched } from './read-watched.js'
import { BEFORE_TRAINING, runStages, type TrainOptions } from './run-stages.js'
import { trainFolds } from './train-folds.js'
import { showStart, showWarnings } from './warnings.js'

export async function trainSpec(file: string, options: TrainOptions, io: Io): Promise<ExitCode> {
  const checked = await readWatched(file, options, io)
  const { spec, start, warnings, issue } = checked
  await checkRunPlaces(spec, file, options)
  const { verbose, workers } = options
  if (verbose !== '0') {
    for (const line of checked.data.decided) say(io, line)
    showWarnings(warnings, io)
    showStart(start, io)
  }
  const voice = createVoice(io)
  const interrupt = listenForInterrupt(io, { quiet: verbose === '0', voice })
  try {
    interrupt.begin('idle', BEFORE_TRAINING)
    const opened = await openSpec(checked, { quiet: verbose === '0', logs: verbose === '3', workers }, io)
    const ofData = warningsOfData(spec, opened.data).map(issue)
    if (verbose !== '0') showWarnings(ofData, io)
    await interrupt.ready()
    const unwritten: string[] = []
    const all = [...warnings, ...ofData]
    const work = { spec, warnings: all, options, io, voice, interrupt, unwritten, opened }
    const { k_fold, fold } = spec.fit
    const code = k_fold !== null && fold === null ? await trainFolds(work, k_fold) : (await runStages(work)).code
    return code === EXIT.done && unwritten.length > 0 ? EXIT.badInput : code
  } finally {
    interrupt.stop()
  }
}

/** Warnings that need the data to be read. */
const warningsOfData = (spec: ResolvedSpec, data: Opened['data']): readonly IssueDraft[] => [
  ...(stagesOf(spec, data.form).some((stage) => learnsLabels(stage.spec)) ? warnOfSplit(spec.fit, data) : []),
  ...warnOfRanges(spec.data, data.train),
]
