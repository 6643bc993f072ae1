/**
 * `train bench SPEC`: how long a training step takes on each engine that works here.
 *
 * Each engine runs in a process of its own, and the processes take turns. In one process the engines would share
 * memory, so its peak would belong to none of them; a crash of one would end them all; and two copies of TensorFlow
 * cannot be loaded into one process. A process that waits for its turn is idle: the threads that spin during a step
 * fall asleep a few milliseconds after it (measured: no processor time in the second after a turn). So a short rest
 * before each turn is enough, and no process has to be stopped while another one is timed.
 */
import { setTimeout as rest } from 'node:timers/promises'
import type { DataForm } from '../base/form.js'
import { UserError } from '../base/issue.js'
import { reasonOf } from '../base/reason.js'
import { least, median } from '../base/timing.js'
import type { EngineRequest } from '../engine/engine.js'
import { thisProcessor } from '../engine/processor.js'
import { ENGINE_NAMES } from '../engine/registry.js'
import type { BenchReport } from '../export/bench-report.js'
import { benchLines } from '../report/bench.js'
import { rateRemedy } from '../report/run-summary.js'
import { arithmeticOf } from '../run/arithmetic.js'
import { type EngineProcess, openEngineProcess, type Turn, whatAutoTakes } from '../run/engine-process.js'
import { soleSpec } from '../run/stages.js'
import type { Start } from '../run/start.js'
import { ownVersion } from '../run/versions.js'
import { engineSchema } from '../spec/engines.js'
import type { StageSpec } from '../spec/spec.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { interruptible } from './interrupt.js'
import { type Io, say } from './io.js'
import { readWatched } from './read-watched.js'
import { type ReportOptions, writeReport } from './report.js'
import { withSpinner } from './spinner.js'
import { showStart, showWarnings } from './warnings.js'

/** Time limit of a turn: a slow engine runs fewer steps. */
const BUDGET_MS = 1000
/** Time for the threads of the previous engine to fall asleep. */
const REST_MS = 10

export interface BenchOptions extends ReportOptions {
  readonly set: readonly string[]
  readonly engine: readonly string[]
  readonly device: string | undefined
  readonly rounds: number
  readonly steps: number
}

/** Prints the table, or the JSON document, to standard output. */
export async function benchSpec(file: string, options: BenchOptions, io: Io): Promise<ExitCode> {
  const {
    spec: given,
    data,
    start,
    warnings,
  } = await readWatched(file, { set: options.set, device: options.device }, io)
  showWarnings(warnings, io)
  showStart(start, io)
  const spec = soleSpec(given, data.form)
  return interruptible(io, async (signal) => {
    const processes: EngineProcess[] = []
    try {
      return await compare({ spec, form: data.form, start, options, io, signal, processes })
    } finally {
      await Promise.all(processes.map((one) => one.stop()))
    }
  })
}

interface Comparison {
  readonly spec: StageSpec
  readonly form: DataForm
  readonly start: Start | null
  readonly options: BenchOptions
  readonly io: Io
  readonly signal: AbortSignal
  /** Receives every process that is started. The caller stops them. */
  readonly processes: EngineProcess[]
}

async function compare(comparison: Comparison): Promise<ExitCode> {
  const { spec, form, options, io, signal } = comparison
  const { rounds, steps } = options
  const started = new Date()
  const auto = await withSpinner('Asking which engine auto selects', io, async () =>
    whatAutoTakes(requestOf(spec), await arithmeticOf(spec, form), signal),
  )
  const { ready, leftOut, batchSize } = await openEngines(comparison)
  for (let round = 0; round <= rounds; round++) {
    for (const { engine, turns } of ready) {
      const { name } = engine.opened
      const text = round === 0 ? `Warming up ${name}` : `Round ${round} of ${rounds}: ${name}`
      const limits = { most: steps, budgetMs: BUDGET_MS }
      await rest(REST_MS)
      const turn = await withSpinner(text, io, () => engine.ask('steps', limits))
      if (turn.diverged !== undefined) {
        const { step, updates } = turn.diverged
        say(io, `Diverged on engine ${name} in step ${step}: the loss is NaN or infinite. ${rateRemedy(updates)}`)
        return EXIT.diverged
      }
      if (round > 0) turns.push(turn)
    }
  }
  const report: BenchReport = {
    version: 1,
    name: spec.name,
    batch_size: batchSize,
    precision: spec.precision,
    trainspec: ownVersion(),
    node: process.versions.node,
    processor: thisProcessor().name,
    started: started.toISOString(),
    rounds,
    steps_per_turn: steps,
    budget_ms: BUDGET_MS,
    auto,
    engines: rowsOf(ready),
    left_out: leftOut,
  }
  writeReport(report, benchLines, options, io)
  return EXIT.done
}

interface Contender {
  readonly engine: EngineProcess
  readonly turns: Turn[]
}

const requestOf = ({ device, precision }: StageSpec): EngineRequest => ({ device, precision, logs: false })

/**
 * Opens the engines that were asked for, all of which must work, or else every engine that works. An engine with
 * several names is opened once.
 */
async function openEngines({ spec, start, options, io, signal, processes }: Comparison) {
  const asked = options.engine.map((name) => engineSchema.parse(name))
  const ready: Contender[] = []
  const leftOut: BenchReport['left_out'] = []
  let batchSize = 0
  for (const name of asked.length > 0 ? new Set(asked) : ENGINE_NAMES) {
    if (processes.some(({ opened }) => opened.name === name)) continue
    let engine: EngineProcess | undefined
    try {
      engine = await withSpinner(`Opening ${name}`, io, () =>
        openEngineProcess({ name, request: requestOf(spec) }, signal),
      )
      const { opened, ask } = engine
      const isKnown = processes.some((other) => other.opened.name === opened.name)
      processes.push(engine)
      if (isKnown) continue
      ;({ batchSize } = await withSpinner(`Compiling for ${name}`, io, () => ask('load', { spec, start })))
      ready.push({ engine, turns: [] })
    } catch (error) {
      // an engine that does not open is skipped, for whatever reason; one that opened may fail only with a UserError
      const isNormal = engine === undefined || error instanceof UserError
      if (signal.aborted || asked.length > 0 || !isNormal) throw error
      leftOut.push({ name, problem: reasonOf(error) })
    }
  }
  if (ready.length > 0) return { ready, leftOut, batchSize }
  throw new UserError(
    [
      'No engine can train this spec on this machine.',
      ...leftOut.map(({ name, problem }) => `${name}: ${problem}`),
    ].join('\n'),
  )
}

/** Returns a row of the report for each engine, fastest first. */
function rowsOf(contenders: readonly Contender[]): BenchReport['engines'] {
  const timed = contenders.map(({ engine, turns }) => {
    const times = turns.flatMap((turn) => turn.times)
    return {
      name: engine.opened.name,
      device: engine.opened.device,
      versions: engine.opened.versions,
      steps: times.length,
      median_ms: median(times),
      minimum_ms: least(times),
      round_medians_ms: turns.map((turn) => median(turn.times)),
      peak_memory_bytes: Math.max(...turns.map(({ peakBytes }) => peakBytes)),
    }
  })
  const [fastest, ...slower] = timed.toSorted((a, b) => a.median_ms - b.median_ms)
  return [fastest!, ...slower].map(({ peak_memory_bytes, ...row }) => ({
    ...row,
    ratio: median(row.round_medians_ms.map((time, round) => time / fastest!.round_medians_ms[round]!)),
    peak_memory_bytes,
  }))
}
