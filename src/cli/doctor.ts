/** `train doctor`: reports which engines work on this machine, and what is missing. */
import { homedir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { reasonOf } from '../base/reason.js'
import { least, median } from '../base/timing.js'
import { DEFAULT_REQUEST } from '../engine/engine.js'
import { thisProcessor } from '../engine/processor.js'
import { ENGINE_NAMES } from '../engine/registry.js'
import type { Speed } from '../engine/speed.js'
import type { DoctorReport, EngineFinding } from '../export/doctor-report.js'
import type { Cuda } from '../libtensorflow/cuda.js'
import { CUDA_SETUP_HINT, locateTensorflow, tensorflowPlaces } from '../libtensorflow/locate.js'
import { doctorLines } from '../report/doctor.js'
import { arithmeticOf } from '../run/arithmetic.js'
import { type EngineProcess, openEngineProcess, whatAutoTakes } from '../run/engine-process.js'
import { requireSpec } from '../run/read-spec.js'
import { soleSpec } from '../run/stages.js'
import { ownVersion } from '../run/versions.js'
import type { EngineName, StageSpec } from '../spec/spec.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { interruptible } from './interrupt.js'
import { type Io, mayColor } from './io.js'
import { type ReportOptions, writeReport } from './report.js'
import { withSpinner } from './spinner.js'

/** Prints the report to standard output. */
export const doctor = (options: ReportOptions, io: Io): Promise<ExitCode> =>
  interruptible(io, async (signal) => {
    const report = await examine(io, signal)
    const look = { color: mayColor(io, io.stdout), home: homedir() }
    writeReport(report, () => doctorLines(report, look), options, io)
    return report.healthy ? EXIT.done : EXIT.expectationFailed
  })

async function examine(io: Io, signal: AbortSignal): Promise<DoctorReport> {
  const { name, cores, features } = thisProcessor()
  const cuda = await nvidia()
  const { spec: given, data } = await requireSpec(SPEC, [], io.stdin)
  const spec = soleSpec(given, data.form)
  const engines = await findings(spec, io, signal)
  const auto = await withSpinner('Asking which engine auto selects', io, async () =>
    whatAutoTakes(DEFAULT_REQUEST, await arithmeticOf(spec, data.form), signal),
  )
  return {
    version: 1,
    healthy: engines.some(({ state, compiled }) => state === 'right' && compiled),
    trainspec: ownVersion(),
    node: process.versions.node,
    system: `${process.platform} ${process.arch}`,
    processor: { name, cores, features: features ? [...features] : null },
    nvidia: { devices: [...cuda.devices], cuda: cuda.driver ?? null, problem: cuda.problem ?? null },
    tensorflow: tensorflowReport(cuda),
    auto,
    engines,
  }
}

/** The spec that is timed; it ships with the package. */
const SPEC = fileURLToPath(new URL('../../specs/mnist-mlp.json', import.meta.url))

async function nvidia(): Promise<Cuda> {
  try {
    return await (await import('../libtensorflow/cuda.js')).findCuda()
  } catch (error) {
    return { devices: [], problem: `the NVIDIA driver cannot be queried (${reasonOf(error)})` }
  }
}

function tensorflowReport(cuda: Cuda): DoctorReport['tensorflow'] {
  let counting: string | undefined
  let problem: string | null = null
  try {
    const library = locateTensorflow()
    counting = library?.file
    if (cuda.problem === undefined && !library?.cuda) problem = `The NVIDIA device is not used; ${CUDA_SETUP_HINT}.`
  } catch (error) {
    problem = reasonOf(error)
  }
  const places = tensorflowPlaces().map(({ source, folder, file, cuda: withCuda }) => {
    const found = file !== undefined
    return { source, folder, found, cuda: withCuda, counts: found && file === counting }
  })
  return { places, problem }
}

/** Examines each engine once, even if it has several names. */
async function findings(spec: StageSpec, io: Io, signal: AbortSignal): Promise<EngineFinding[]> {
  const found = new Map<string, EngineFinding>()
  for (const name of ENGINE_NAMES) {
    if (found.has(name)) continue
    const finding = await examineEngine(name, spec, io, signal)
    if (!found.has(finding.name)) found.set(finding.name, finding)
  }
  return [...found.values()]
}

/** Time limit of an engine: one that hangs, for example because of a broken driver, must not block the report. */
const PATIENCE_MS = 60_000
/** Steps of mnist-mlp to time. A slow engine runs fewer, as many as there is time for. */
const STEPS = { most: 200, budgetMs: 700, least: 3 }
const FIRST_STEPS = { most: 5, budgetMs: 100 }

async function examineEngine(
  name: EngineName,
  spec: StageSpec,
  io: Io,
  interrupt: AbortSignal,
): Promise<EngineFinding> {
  const patience = AbortSignal.timeout(PATIENCE_MS)
  const signal = AbortSignal.any([interrupt, patience])
  const finding: EngineFinding = {
    ...{ name, state: 'unavailable', problem: null, compiled: null, device: null, versions: {} },
    ...{ matrix_product: null, elementwise_update: null, step: null },
  }
  const doing = <T>(what: string, work: () => Promise<T>) => withSpinner(`Engine ${name}: ${what}`, io, work)
  let engine: EngineProcess | undefined
  try {
    engine = await doing('opening', () => openEngineProcess({ name, request: DEFAULT_REQUEST }, signal))
    const { opened, ask } = engine
    const { compiled, device, versions } = opened
    Object.assign(finding, { name: opened.name, state: 'wrong', compiled, device, versions })
    // the note of an engine opened by name says why it does not use a GPU although one was to be expected
    finding.problem = opened.note ?? null
    await doing('checking its results', () => ask('check'))
    finding.state = 'right'
    finding.matrix_product = speedOf(await doing('timing a matrix product', () => ask('productSpeed')))
    finding.elementwise_update = speedOf(await doing('timing an update', () => ask('updateSpeed')))
    finding.step = await doing('timing mnist-mlp', async () => {
      await ask('load', { spec, start: null })
      await ask('steps', FIRST_STEPS)
      const { times } = await ask('steps', STEPS)
      return { steps: times.length, median_ms: median(times), minimum_ms: least(times) }
    })
  } catch (error) {
    interrupt.throwIfAborted()
    finding.problem = patience.aborted ? `It did not finish within ${PATIENCE_MS / 1000} s.` : reasonOf(error)
  } finally {
    await engine?.stop()
  }
  return finding
}

const speedOf = ({ size, runs, perSecond }: Speed) => ({ size, runs, per_second: perSecond })
