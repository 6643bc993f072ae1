/** `train evaluate RUN`: loss and metrics of a trained model on the test set. */
import { evaluateLines } from '../report/evaluate.js'
import { badTensor } from '../report/run-summary.js'
import { undefinedLines } from '../report/undefined.js'
import { evaluateReport, evaluateSession } from '../run/evaluate.js'
import { likelihoodOf } from '../run/likelihood.js'
import { readRun, writeWeights } from '../run/open-run.js'
import { isUnsupervised } from '../spec/spec.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { interruptible } from './interrupt.js'
import { type Io, say } from './io.js'
import { type LogZOptions, logZMethod } from './log-z-method.js'
import { type OverrideOptions, overridesOf } from './overrides.js'
import { prepare } from './prepare.js'
import { type ReportOptions, writeReport } from './report.js'
import { withSpinner } from './spinner.js'
import { watchingData } from './watch-data.js'

export interface EvaluateOptions extends OverrideOptions, LogZOptions, ReportOptions {}

/** Prints the loss and the metrics to standard output. */
export async function evaluateRun(directory: string, options: EvaluateOptions, io: Io): Promise<ExitCode> {
  const run = await watchingData(io, (watch) => readRun(directory, overridesOf(options), io.stdin, watch))
  const { spec } = run
  const method = logZMethod(options, run)
  return interruptible(io, async (signal) => {
    const { engine, session } = await prepare(run, { quiet: options.json === true, logs: false }, io)
    const weights = await writeWeights(run, session)
    try {
      const evaluation = await withSpinner('Evaluating', io, () => evaluateSession(spec, session, signal))
      const { metrics, test, bad } = evaluation
      const { rbm } = session
      const likelihood =
        method && rbm && isUnsupervised(spec) && bad === null
          ? await withSpinner('Computing the likelihood', io, (progress) =>
              likelihoodOf({ method, engine, session, rbm, spec, weights, signal, progress }),
            )
          : null
      writeReport(evaluateReport(run, engine, evaluation, likelihood), evaluateLines, options, io)
      if (bad !== null) {
        say(io, `The model computes values that are not finite: ${badTensor(bad)}.`)
        return EXIT.diverged
      }
      for (const line of undefinedLines({ metrics, epochs: [], test, watchers: [] })) say(io, line)
      return EXIT.done
    } finally {
      await session.dispose()
    }
  })
}
