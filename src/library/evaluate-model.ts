/** The work of `evaluate`: opens the test rows, and measures the model on them. */
import { UserError } from '../base/issue.js'
import { loadData } from '../data/load.js'
import { openTest, openTestRows, type TestData } from '../data/open-test.js'
import { UNWATCHED } from '../data/watch.js'
import type { Engine } from '../engine/engine.js'
import { type Evaluating, evaluateSession, openEvaluation } from '../run/evaluate.js'
import type { TrainedModel } from '../run/open-model.js'
import { openSession } from '../run/session.js'
import type { Metrics } from '../training/events.js'
import { type GivenData, isRows, pathsOf } from './data-input.js'
import { type EngineOptions, engineFor, modelOf } from './model-input.js'
import type { SpecOptions } from './spec-input.js'

export interface EvaluateOptions extends EngineOptions, Pick<SpecOptions, 'overrides' | 'signal'> {}

export interface Evaluated {
  /** Loss and metrics. One that has no value, such as a precision without positives, is NaN. */
  readonly scores: Metrics
  /** Number of rows. */
  readonly samples: number
  /** Metrics of the spec that can be measured only in training. */
  readonly leftOut: readonly string[]
}

export async function evaluateModel(
  given: TrainedModel | string,
  data: GivenData | undefined,
  options: EvaluateOptions,
): Promise<Evaluated> {
  const { signal = UNWATCHED.signal } = options
  signal.throwIfAborted()
  const trained = await modelOf(given, options)
  const engine = () => engineFor(trained, options)
  const { session, dispose } = await (trained.network
    ? openNetwork(trained, data, signal, engine)
    : openRbm(trained, data, engine))
  try {
    signal.throwIfAborted()
    const { test, leftOut } = await evaluateSession(trained.spec, session, signal)
    return { scores: test, samples: session.form.rows.test, leftOut }
  } finally {
    await dispose()
  }
}

interface Opened {
  readonly session: Evaluating
  dispose(): Promise<void>
}

/** Compiles only what measures. The rows of training are read if they and the test rows are in one source. */
async function openNetwork(
  trained: TrainedModel,
  given: GivenData | undefined,
  signal: AbortSignal,
  engine: () => Promise<Engine>,
): Promise<Opened> {
  const test = await testOf(trained, given, signal)
  const session = await openEvaluation(trained, test, await engine(), () => {})
  return { session, dispose: () => session.runner.dispose() }
}

async function testOf(
  { spec, preparation }: TrainedModel,
  given: GivenData | undefined,
  signal: AbortSignal,
): Promise<TestData> {
  const { data, seed } = spec
  const request = { data, seed, preparation, watch: { ...UNWATCHED, signal } }
  if (given !== undefined && isRows(given)) return openTestRows(given, request)
  return (await openTest({ ...request, given: given === undefined ? null : pathsOf(given) })) ?? loadData(spec)
}

async function openRbm(
  { spec, weights }: TrainedModel,
  given: GivenData | undefined,
  engine: () => Promise<Engine>,
): Promise<Opened> {
  if (given !== undefined) throw new UserError('The model is an RBM, which is measured on the test rows of its spec.')
  const session = await openSession(spec, await loadData(spec), await engine())
  try {
    await session.runner.write(weights)
  } catch (error) {
    await session.dispose()
    throw error
  }
  return { session, dispose: () => session.dispose() }
}
