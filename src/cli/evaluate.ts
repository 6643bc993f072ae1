/** `train evaluate RUN`: loss and metrics of a trained model on the test set. */
import { dataInfo } from '../data/registry.js'
import type { StateValues } from '../engine/engine.js'
import type { EvaluateReport } from '../export/evaluate-report.js'
import { CHAINS } from '../program/model-phase.js'
import { measureOf } from '../program/rbm-measures.js'
import { evaluateLines } from '../report/evaluate.js'
import { badTensor } from '../report/summary.js'
import { undefinedLines } from '../report/undefined.js'
import { readRun, writeWeights } from '../run/open-run.js'
import { ownVersion } from '../run/versions.js'
import { labelsOf } from '../spec/rbm.js'
import { isUnsupervised, type RbmMetricSpec, type ResolvedSpec } from '../spec/spec.js'
import { evaluate as measured } from '../training/loop.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { interruptible } from './interrupt.js'
import { type Io, say } from './io.js'
import { type LikelihoodQuestion, likelihoodOf, methodOf } from './likelihood.js'
import { type OverrideOptions, overridesOf } from './overrides.js'
import { prepare } from './prepare.js'
import { withSpinner } from './spinner.js'

export interface EvaluateOptions extends OverrideOptions, LikelihoodQuestion {
  readonly json: true | undefined
}

/** Standard output gets the measures. */
export async function evaluate(directory: string, options: EvaluateOptions, io: Io): Promise<ExitCode> {
  const run = await readRun(directory, overridesOf(options), io.stdin)
  const { spec } = run
  const method = methodOf(options, run)
  return interruptible(io, async (signal) => {
    const { engine, session } = await prepare(run.spec, { quiet: options.json === true, logs: false }, io)
    const weights = await writeWeights(run, session)
    try {
      const { runner, training, testBatches } = session
      const leftOut = measuredOfTraining(spec, await runner.read())
      const metrics = training.metrics.filter(({ key }) => !leftOut.includes(key))
      const { values: test, bad } = await withSpinner('Measuring', io, () =>
        measured(runner, testBatches(), metrics, signal, training.lookups),
      )
      const { rbm } = session
      const likelihood =
        method && rbm && isUnsupervised(spec) && bad === null
          ? await withSpinner('Likelihood', io, (progress) =>
              likelihoodOf({ method, engine, session, rbm, spec, weights, signal, progress }),
            )
          : null
      const report: EvaluateReport = {
        version: 1,
        name: spec.name,
        run: directory,
        trainspec: ownVersion(),
        engine: engine.name,
        device: engine.device,
        data: spec.data.dataset,
        samples: dataInfo(spec.data).testSamples,
        test: Object.fromEntries(
          Object.entries(test).map(([key, value]) => [key, Number.isFinite(value) ? value : null]),
        ),
        left_out: leftOut,
        likelihood,
      }
      const lines = options.json ? [JSON.stringify(report, null, 2)] : evaluateLines(report)
      io.stdout.write(`${lines.join('\n')}\n`)
      if (bad !== null) {
        say(io, `What the model computes is not finite: ${badTensor(bad)}.`)
        return EXIT.diverged
      }
      for (const line of undefinedLines({ metrics, epochs: [], test, watchers: [] })) say(io, line)
      return EXIT.done
    } finally {
      await session.runner.dispose()
    }
  })
}

/** What is measured of chains, of updates and of samples of training says nothing of a test set. */
function measuredOfTraining(spec: ResolvedSpec, state: StateValues): string[] {
  if (!isUnsupervised(spec) || labelsOf(spec.training)) return []
  const { values } = dataInfo(spec.data)
  const isLeftOut = (metric: RbmMetricSpec) => {
    const measure = measureOf(metric, values)
    return 'ofUpdate' in measure || measure.followsChains || measure.isGap
  }
  return [...(CHAINS in state ? ['loss'] : []), ...spec.metrics.filter(isLeftOut).map(({ name }) => name)]
}
