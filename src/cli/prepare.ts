/** From a spec to programs that are ready to run: opens the engine, loads the data, compiles. */
import type { DataForm } from '../base/form.js'
import type { Progress } from '../base/progress.js'
import { defaultThreads } from '../data/augment/batch-threads.js'
import type { Data, LoadedData, OpenData } from '../data/data.js'
import type { Engine } from '../engine/engine.js'
import type { Hosts } from '../engine/group.js'
import { openEngine } from '../engine/registry.js'
import { arithmeticOf } from '../run/arithmetic.js'
import { requireMemory } from '../run/foresee.js'
import type { CheckedSpec } from '../run/read-spec.js'
import { openSession, type Session } from '../run/session.js'
import { soleSpec } from '../run/stages.js'
import type { ResolvedSpec, StageSpec } from '../spec/spec.js'
import { type Io, say } from './io.js'
import { withSpinner } from './spinner.js'

export interface PrepareOptions {
  /** Prints no progress, notes or warnings. */
  readonly quiet: boolean
  /** True if native libraries may log. */
  readonly logs: boolean
  /** Number of threads that augment training rows. Default: by the processors of the machine. */
  readonly workers?: number | undefined
  /** True if the whole spec is trained, so that its memory is foreseen. */
  readonly trains?: boolean
  /** The hosts that train together; undefined if this one trains alone. */
  readonly hosts?: Hosts | undefined
}

/** A spec, its data, which are not read yet, and the weights with which training begins. */
type Checked = Pick<CheckedSpec, 'spec' | 'data'> & Partial<Pick<CheckedSpec, 'start'>>

/** The engine and the data of a spec. */
export interface Opened {
  readonly engine: Engine
  readonly data: LoadedData
  /** Does work, and shows a spinner meanwhile. */
  waiting<Result>(text: string, work: (progress?: Progress) => Promise<Result>): Promise<Result>
  /** Compiles the programs of one stage. */
  compile(spec: StageSpec, data: Data): Promise<Session>
}

/** Opens the engine of a spec. If the spec leaves the choice open, prints which engine it is. */
export async function engineFor(
  { spec, form }: { readonly spec: ResolvedSpec; readonly form: DataForm },
  { quiet, logs, hosts }: PrepareOptions,
  io: Io,
): Promise<Engine> {
  const { engine: name, device, precision } = spec
  const { engine, note } = await openEngine(name, { device, precision, logs, ...(hosts && { hosts }) }, () =>
    arithmeticOf(spec, form),
  )
  if (note !== undefined && !quiet) say(io, note)
  return engine
}

/** Loads data. */
export async function loadDataset(
  { form, load }: OpenData,
  options: Pick<PrepareOptions, 'quiet'>,
  io: Io,
): Promise<LoadedData> {
  const data = await waitingWith(options, io)(`Loading ${form.name}`, load)
  if (data.packed !== undefined && !options.quiet) say(io, data.packed)
  return data
}

const waitingWith =
  ({ quiet }: Pick<PrepareOptions, 'quiet'>, io: Io): Opened['waiting'] =>
  (text, work) =>
    quiet ? work() : withSpinner(text, io, work)

export async function openSpec(
  { spec, data: unread, start }: Checked,
  options: PrepareOptions,
  io: Io,
): Promise<Opened> {
  const waiting = waitingWith(options, io)
  const engine = await engineFor({ spec, form: unread.form }, options, io)
  if (options.trains && engine.device.startsWith('cpu')) requireMemory(spec, unread.form)
  const data = await loadDataset(unread, options, io)
  return {
    engine,
    data,
    waiting,
    async compile(stage, given) {
      const warnings: string[] = []
      const warn = (text: string) => warnings.push(text)
      const { workers = defaultThreads() } = options
      const session = await waiting(`Compiling for ${engine.name}`, () =>
        openSession(stage, given, engine, { warn, workers, start }),
      )
      if (!options.quiet) for (const text of warnings) say(io, `Warning: ${text}`)
      return session
    },
  }
}

/** Opens engine, data and session for a command that works on one model. */
export async function prepare(
  checked: Checked,
  options: PrepareOptions,
  io: Io,
): Promise<{ readonly engine: Engine; readonly session: Session }> {
  const { engine, data, compile } = await openSpec(checked, options, io)
  return { engine, session: await compile(soleSpec(checked.spec, data.form), data) }
}
