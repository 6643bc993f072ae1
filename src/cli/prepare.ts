/** From a spec to programs that are ready to run: opens the engine, loads the data, compiles. */
import type { Dataset } from '../data/dataset.js'
import { loadData } from '../data/registry.js'
import type { Engine } from '../engine/engine.js'
import { openEngine } from '../engine/registry.js'
import { openSession, type Session } from '../run/session.js'
import { soleSpec } from '../run/stages.js'
import type { ResolvedSpec, StageSpec } from '../spec/spec.js'
import { type Io, say } from './io.js'
import { withSpinner } from './spinner.js'

export interface PrepareOptions {
  /** Prints no progress, notes or warnings. */
  readonly quiet: boolean
  /** Whether native libraries may log. */
  readonly logs: boolean
}

/** The engine and the data of a spec. */
export interface Opened {
  readonly engine: Engine
  readonly dataset: Dataset
  /** Does work, and shows a spinner meanwhile. */
  waiting<Result>(text: string, work: () => Promise<Result>): Promise<Result>
  /** Compiles the programs of one stage. */
  compile(spec: StageSpec, dataset: Dataset): Promise<Session>
}

/** Opens the engine of a spec. If the spec leaves the choice open, prints which engine it is. */
export async function engineFor(
  { engine: name, device, precision }: Pick<ResolvedSpec, 'engine' | 'device' | 'precision'>,
  { quiet, logs }: PrepareOptions,
  io: Io,
): Promise<Engine> {
  const { engine, note } = await openEngine(name, { device, precision, logs })
  if (note !== undefined && !quiet) say(io, note)
  return engine
}

/** Loads the data of a spec. */
export const loadDataset = (
  { data, seed }: Pick<ResolvedSpec, 'data' | 'seed'>,
  options: Pick<PrepareOptions, 'quiet'>,
  io: Io,
): Promise<Dataset> => waitingWith(options, io)(`Loading ${data.dataset}`, () => loadData(data, seed))

const waitingWith =
  ({ quiet }: Pick<PrepareOptions, 'quiet'>, io: Io): Opened['waiting'] =>
  (text, work) =>
    quiet ? work() : withSpinner(text, io, work)

export async function openData(spec: ResolvedSpec, options: PrepareOptions, io: Io): Promise<Opened> {
  const waiting = waitingWith(options, io)
  const engine = await engineFor(spec, options, io)
  const dataset = await loadDataset(spec, options, io)
  return {
    engine,
    dataset,
    waiting,
    async compile(stage, data) {
      const warnings: string[] = []
      const warn = (text: string) => warnings.push(text)
      const session = await waiting(`Compiling for ${engine.name}`, () => openSession(stage, data, engine, warn))
      if (!options.quiet) for (const text of warnings) say(io, `Warning: ${text}`)
      return session
    },
  }
}

/** Opens engine, data and session for a command that works on one model. */
export async function prepare(
  spec: ResolvedSpec,
  options: PrepareOptions,
  io: Io,
): Promise<{ readonly engine: Engine; readonly session: Session }> {
  const { engine, dataset, compile } = await openData(spec, options, io)
  return { engine, session: await compile(soleSpec(spec, dataset.info), dataset) }
}
