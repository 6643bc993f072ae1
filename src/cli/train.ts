/** `train SPEC`: reads, loads, compiles, trains, tests, and leaves the results in a folder. */
import { join } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.js'
import { loadData } from '../data/registry.js'
import { openEngine } from '../engine/registry.js'
import { buildHistory, type History, writeHistory } from '../export/history.js'
import { formatOf, type HistoryWriter, historyFile, historyStream } from '../export/history-writer.js'
import { saveModel } from '../export/model.js'
import { createRunDirectory } from '../export/run-directory.js'
import { createReporter } from '../report/reporter.js'
import { expectationLines, summary } from '../report/summary.js'
import type { ResolvedSpec } from '../spec/spec.js'
import type { EndEvent, EpochEndEvent, Metrics, StartEvent } from '../training/events.js'
import { checkExpectations } from '../training/gate.js'
import { evaluate, train as trainingEvents } from '../training/loop.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { listenForInterrupt } from './interrupt.js'
import type { Io } from './io.js'
import type { Options } from './options.js'
import { overridesOf } from './overrides.js'
import { requireSpec } from './read-spec.js'
import { openSession, type Session } from './session.js'
import { withSpinner } from './spinner.js'
import { versions } from './versions.js'

export async function train(file: string, options: Options, io: Io): Promise<ExitCode> {
  const spec = await requireSpec(file, overridesOf(options), io.stdin)
  const interrupt = listenForInterrupt(io)
  try {
    return await run(spec, options, io, interrupt.signal)
  } finally {
    interrupt.stop()
  }
}

async function run(spec: ResolvedSpec, options: Options, io: Io, signal: AbortSignal): Promise<ExitCode> {
  const { stderr } = io
  const quiet = options.verbose === '0'
  const say = (lines: readonly string[]) => {
    if (!quiet) for (const line of lines) stderr.write(`${line}\n`)
  }
  const waiting = <T>(text: string, work: () => Promise<T>) => (quiet ? work() : withSpinner(text, stderr, work))

  const { engine, note } = await openEngine(spec.engine)
  if (note !== undefined) stderr.write(`${note}\n`)
  const dataset = await waiting(`Loading ${spec.data.dataset}`, () => loadData(spec.data))
  const session = await waiting(`Compiling for ${engine.name}`, () => openSession(spec, dataset, engine))
  try {
    if (signal.aborted) return EXIT.interrupted
    const directory = await createRunDirectory(spec.name, options.out)
    await writeFileAtomic(join(directory, 'spec.json'), `${JSON.stringify(spec, null, 2)}\n`)
    const began = new Date()
    const writers = [historyFile(join(directory, 'history.csv')), ...userHistory(options, io)]
    const trained = await trainWith(session, writers, options, io, signal)
    const { end, start, epochs } = trained
    const left = end.restored && end.best ? end.best.epoch : end.epochs
    const test = end.reason === 'interrupted' || end.reason === 'diverged' ? null : await testScores(session, signal)
    const expectations = checkExpectations(spec.expect, {
      ...epochs[left - 1]?.metrics,
      ...prefixed(test ?? {}, 'test_'),
    })
    const seconds = (Date.now() - began.getTime()) / 1000
    const history = buildHistory({
      name: spec.name,
      seed: spec.seed,
      engine: engine.name,
      versions: versions(engine.name),
      started: began.toISOString(),
      total_seconds: seconds,
      start,
      epochs,
      end,
      test,
      expectations,
    })
    await saveModel(join(directory, 'model'), session.model, await session.runner.read())
    await writeHistory(join(directory, 'history.json'), history)
    for (const writer of writers) await writer.end(history)

    say(
      summary({
        end,
        stepsPerEpoch: start.stepsPerEpoch,
        earlyStopping: spec.early_stopping,
        test,
        seconds,
        directory,
      }),
    )
    for (const line of expectationLines(expectations)) stderr.write(`${line}\n`)
    return exitCodeOf(history, signal)
  } finally {
    await session.runner.dispose()
  }
}

/** The loop, shown and written as it goes. */
async function trainWith(
  session: Session,
  writers: readonly HistoryWriter[],
  options: Options,
  io: Io,
  signal: AbortSignal,
): Promise<{ start: StartEvent; epochs: EpochEndEvent[]; end: EndEvent }> {
  const now = () => performance.now()
  const reporter = createReporter({
    style: options.style,
    verbose: Number(options.verbose) as 0 | 1 | 2,
    stream: io.stderr,
    color: !io.env.NO_COLOR && io.env.TERM !== 'dumb',
    now,
  })
  const epochs: EpochEndEvent[] = []
  let start: StartEvent | undefined
  for await (const event of trainingEvents({ ...session.training, signal, now })) {
    reporter.onEvent(event)
    if (event.type === 'start') start = event
    if (event.type === 'epochEnd') {
      epochs.push(event)
      for (const writer of writers) await writer.epoch(event)
    }
    if (event.type === 'end') return { start: start!, epochs, end: event }
  }
  throw new Error('internal: training ended without its last event')
}

function userHistory(options: Options, io: Io): HistoryWriter[] {
  const { history: path, 'history-format': format } = options
  if (path === undefined) return []
  return [path === '-' ? historyStream(io.stdout, format ?? 'json') : historyFile(path, format ?? formatOf(path))]
}

/** `null` when interrupted. */
async function testScores(session: Session, signal: AbortSignal): Promise<Metrics | null> {
  const { runner, training, testBatches } = session
  return signal.aborted ? null : evaluate(runner, testBatches(), training.metrics, signal)
}

const prefixed = (metrics: Metrics, prefix: string): Metrics =>
  Object.fromEntries(Object.entries(metrics).map(([key, value]) => [`${prefix}${key}`, value]))

function exitCodeOf({ stop, expectations }: History, signal: AbortSignal): ExitCode {
  if (signal.aborted) return EXIT.interrupted
  if (stop.reason === 'diverged') return EXIT.diverged
  return expectations.every(({ passed }) => passed) ? EXIT.done : EXIT.expectationFailed
}
