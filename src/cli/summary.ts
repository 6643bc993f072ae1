/** `train summary SPEC`: prints the layers of a model and the cost of a step; on request, a picture and a profile. */
import { writeFileAtomic } from '../base/atomic-file.js'
import { inWords } from '../base/file-problem.js'
import type { SummaryReport } from '../export/summary-report.js'
import { modelSummaryLines } from '../report/model-summary.js'
import { compilerPasses } from '../run/compiler-passes.js'
import { profileSteps } from '../run/profile-steps.js'
import { soleSpec } from '../run/stages.js'
import type { Start } from '../run/start.js'
import { summarize, type Untrained, untrained } from '../run/summarize.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { interruptible } from './interrupt.js'
import { type Io, mayColor } from './io.js'
import { checkFilePlace, specPlace } from './places.js'
import { readWatched } from './read-watched.js'
import { type ReportOptions, writeReport } from './report.js'
import { withSpinner } from './spinner.js'
import { showStart, showWarnings } from './warnings.js'

export interface SummaryOptions extends ReportOptions {
  readonly set: readonly string[]
  readonly svg: string | undefined
  readonly explain: true | undefined
}

/** Prints the summary to standard output. */
export async function summarizeSpec(file: string, options: SummaryOptions, io: Io): Promise<ExitCode> {
  const { spec: given, data, start, warnings } = await readWatched(file, options, io)
  showWarnings(warnings, io)
  showStart(start, io)
  const { svg } = options
  if (svg !== undefined) await checkFilePlace('--svg', svg, [specPlace(file)])
  const spec = soleSpec(given, data.form)
  return interruptible(io, async (signal) => {
    const model = untrained(spec, data.form)
    const report: SummaryReport = {
      ...(await summarize(model)),
      start: start?.report ?? null,
      explain: options.explain ? await explain(model, start, io, signal) : null,
    }
    if (svg !== undefined) {
      const { networkPicture } = await import('../report/network-picture.js')
      await inWords('write the picture', () => writeFileAtomic(svg, networkPicture(report)))
    }
    const color = mayColor(io, io.stdout)
    writeReport(report, () => modelSummaryLines(report, { color }), options, io)
    return EXIT.done
  })
}

/** Counts the nodes of a step after each compiler pass, and times the parts of steps. */
async function explain(
  { spec, learner, batchSize }: Untrained,
  start: Start | null,
  io: Io,
  signal: AbortSignal,
): Promise<NonNullable<SummaryReport['explain']>> {
  const passes = await compilerPasses(learner.programs.train, batchSize)
  return { passes, ...(await withSpinner('Timing steps on engine onnx', io, () => profileSteps(spec, start, signal))) }
}
