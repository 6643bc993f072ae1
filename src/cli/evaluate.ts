/** `train evaluate RUN [DATA]`: loss and metrics of a trained model on test rows. */
import { UserError } from '../base/issue.js'
import type { Engine } from '../engine/engine.js'
import type { EvaluateReport } from '../export/evaluate-report.js'
import { evaluateLines } from '../report/evaluate.js'
import { badTensor } from '../report/run-summary.js'
import { undefinedLines } from '../report/undefined.js'
import { type Evaluating, type Evaluation, evaluateReport, evaluateSession, openEvaluation } from '../run/evaluate.js'
import { likelihoodOf } from '../run/likelihood.js'
import { isPrepared, openModel } from '../run/open-model.js'
import { readRun, writeWeights } from '../run/open-run.js'
import type { Override } from '../spec/override.js'
import { isUnsupervised, type ResolvedSpec } from '../spec/spec.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { interruptible } from './interrupt.js'
import { type Io, say } from './io.js'
import { type LogZOptions, logZMethod } from './log-z-method.js'
import { type OverrideOptions, overridesOf } from './overrides.js'
import { engineFor, prepare } from './prepare.js'
import { type ReportOptions, writeReport } from './report.js'
import { withSpinner } from './spinner.js'
import { testRows } from './test-rows.js'
import { watchingData } from './watch-data.js'

export interface EvaluateOptions extends OverrideOptions, LogZOptions, ReportOptions {}

/** Prints the loss and the metrics to standard output. `given`: operands in place of the test rows of the spec. */
export async function evaluateRun(
  directory: string,
  given: readonly string[],
  options: EvaluateOptions,
  io: Io,
): Promise<ExitCode> {
  const overrides = overridesOf(options)
  const asksForLogZ = options.ais !== undefined || options.exact === true
  const trained =
    asksForLogZ || !(await isPrepared(directory)) ? null : await openModel(directory, overrides, { mayDiverge: true })
  if (!trained?.network) return evaluateWithData(directory, given, overrides, options, io)
  const test = await testRows(trained, given, overrides, quietBy(options), io)
  return interruptible(io, async (signal) => {
    const { spec } = trained
    const engine = await engineFor(trained, quietBy(options), io)
    const warn = (text: string) => options.json || say(io, `Warning: ${text}`)
    const session = await withSpinner(`Compiling for ${engine.name}`, io, () =>
      openEvaluation(trained, test, engine, warn),
    )
    try {
      const evaluation = await withSpinner('Evaluating', io, () => evaluateSession(spec, session, signal))
      return print({ directory, spec, session, engine, evaluation, likelihood: null, options }, io)
    } finally {
      await session.runner.dispose()
    }
  })
}

const quietBy = ({ json }: ReportOptions) => ({ quiet: json === true, logs: false })

/** Measures an RBM, or a model without a preparation, as one that was imported: all data of its spec are read. */
async function evaluateWithData(
  directory: string,
  given: readonly string[],
  overrides: readonly Override[],
  options: EvaluateOptions,
  io: Io,
): Promise<ExitCode> {
  if (given.length > 0) {
    throw new UserError(
      `${directory} holds an RBM or an imported model, which is measured on the data of its spec: "--set data.dataset=..." or "--set data.test=..." gives it others.`,
    )
  }
  const run = await watchingData(io, (watch) => readRun(directory, overrides, io.stdin, watch))
  const { spec, data } = run
  const method = logZMethod(options, { directory, spec, form: data.form })
  return interruptible(io, async (signal) => {
    const { engine, session } = await prepare(run, quietBy(options), io)
    const weights = await writeWeights(run, session)
    try {
      const evaluation = await withSpinner('Evaluating', io, () => evaluateSession(spec, session, signal))
      const { rbm } = session
      const likelihood =
        method && rbm && isUnsupervised(spec) && evaluation.bad === null
          ? await withSpinner('Computing the likelihood', io, (progress) =>
              likelihoodOf({ method, engine, session, rbm, spec, weights, signal, progress }),
            )
          : null
      return print({ directory, spec, session, engine, evaluation, likelihood, options }, io)
    } finally {
      await session.dispose()
    }
  })
}

interface Measured {
  readonly directory: string
  readonly spec: ResolvedSpec
  readonly session: Evaluating
  readonly engine: Engine
  readonly evaluation: Evaluation
  readonly likelihood: EvaluateReport['likelihood']
  readonly options: ReportOptions
}

function print(
  { directory, spec, session: { form }, engine, evaluation, likelihood, options }: Measured,
  io: Io,
): ExitCode {
  const { metrics, test, bad } = evaluation
  writeReport(evaluateReport({ directory, spec, form }, engine, evaluation, likelihood), evaluateLines, options, io)
  if (bad !== null) {
    say(io, `The model computes values that are not finite: ${badTensor(bad)}.`)
    return EXIT.diverged
  }
  for (const line of undefinedLines({ metrics, epochs: [], test, watchers: [] })) say(io, line)
  return EXIT.done
}
